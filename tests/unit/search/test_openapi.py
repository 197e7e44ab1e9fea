"""The interface describes itself, and nothing stands beside the gate but what says why."""

import pytest
from fastapi import FastAPI

from services.search.app import add_routes
from services.search.bodies import SearchBody
from services.search.media_api import PUBLIC_ROUTES
from tests.support.openapi import stale_public_routes, undescribed, ungated_routes


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = FastAPI()
    add_routes(made)
    return made


def test_every_route_is_behind_the_gate_or_says_why_not(app):
    assert ungated_routes(app, PUBLIC_ROUTES) == []
    assert stale_public_routes(app, PUBLIC_ROUTES) == []


def test_every_operation_says_what_it_does_and_how_it_fails(app):
    assert undescribed(app, PUBLIC_ROUTES) == []


def test_the_body_of_a_search_has_an_example_that_is_one(app):
    (example,) = app.openapi()["components"]["schemas"]["SearchBody"]["examples"]
    assert SearchBody.model_validate(example).asked().plate
