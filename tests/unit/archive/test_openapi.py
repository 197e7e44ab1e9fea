"""The interface describes itself, and nothing stands beside the gate but what says why."""

import pytest
from fastapi import FastAPI

from services.archive.app import add_routes
from services.archive.clip_api import PUBLIC_ROUTES
from tests.support.openapi import stale_public_routes, undescribed, ungated_routes


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = FastAPI()
    add_routes(made)
    return made


def test_every_route_is_behind_the_gate_or_public_with_a_reason(app):
    assert ungated_routes(app, PUBLIC_ROUTES) == []
    assert stale_public_routes(app, PUBLIC_ROUTES) == []


def test_every_operation_says_what_it_does_and_how_it_fails(app):
    assert undescribed(app, PUBLIC_ROUTES) == []


def test_a_clip_is_documented_as_a_raw_body(app):
    put = app.openapi()["paths"]["/v1/evidence/{evidence_id}/clip"]["put"]
    assert list(put["requestBody"]["content"]) == ["video/*"]
    assert {"200", "201", "400", "404", "408", "409", "413", "422"} <= put["responses"].keys()


def test_bodies_have_examples(app):
    schemas = app.openapi()["components"]["schemas"]
    for name in ("AskBody", "FailureBody", "ErasureBody", "DecisionBody", "ReleaseBody"):
        assert schemas[name]["examples"], name
