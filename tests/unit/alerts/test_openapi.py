"""The interface describes itself, and nothing stands beside the gate."""

import pytest
from fastapi import FastAPI

from services.alerts.app import add_routes
from tests.support.openapi import ungated_routes


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = FastAPI()
    add_routes(made)
    return made


def test_every_route_is_behind_the_gate(app):
    assert ungated_routes(app) == []


def test_every_operation_says_what_it_does_and_how_it_fails(app):
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) == 10
    for name, operation in operations:
        assert operation["summary"], name
        assert len(operation["description"]) > 40, name
        assert {"401", "403", "422", "503"} <= operation["responses"].keys(), name
        described = [parameter for parameter in operation["parameters"] if parameter.get("description")]
        assert described == operation["parameters"], name


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
