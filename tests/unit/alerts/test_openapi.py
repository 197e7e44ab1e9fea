"""The interface describes itself, and nothing stands beside the gate."""

import pytest
from fastapi import FastAPI

from services.alerts.app import add_routes
from tests.support.openapi import undescribed, ungated_routes


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = FastAPI()
    add_routes(made)
    return made


def test_every_route_is_behind_the_gate(app):
    assert ungated_routes(app) == []


def test_every_operation_says_what_it_does_and_how_it_fails(app):
    assert undescribed(app) == []


@pytest.mark.parametrize(
    ("method", "path", "answers"),
    [
        ("post", "/v1/alerts/{alert_id}/acknowledge", {"200", "400", "404", "409", "412", "428"}),
        ("post", "/v1/alerts/{alert_id}/evidence", {"202", "400", "404", "409"}),
        ("post", "/v1/watchlists/{list_id}/entries", {"201", "409"}),
        ("put", "/v1/watchlists/{list_id}/entries/{entry_id}", {"200", "404", "409", "412", "428"}),
        ("get", "/v1/alerts/stream", {"200"}),
    ],
)
def test_answers_are_documented(app, method, path, answers):
    assert answers <= app.openapi()["paths"][path][method]["responses"].keys()


def test_the_stream_is_documented_as_one(app):
    content = app.openapi()["paths"]["/v1/alerts/stream"]["get"]["responses"]["200"]["content"]
    assert list(content) == ["text/event-stream"]


def test_bodies_have_examples(app):
    schemas = app.openapi()["components"]["schemas"]
    assert schemas["ClipBody"]["examples"]
    assert schemas["EntryBody"]["examples"]
    assert schemas["AcknowledgeBody"]["examples"]
