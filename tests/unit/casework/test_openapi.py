"""The interface describes itself, and nothing stands beside the gate."""

import pytest
from fastapi import FastAPI

from services.casework.app import add_routes
from tests.support.openapi import undescribed, ungated_routes
from tests.unit.test_every_route import gates_of


@pytest.fixture(scope="module")
def app() -> FastAPI:
    made = FastAPI()
    add_routes(made)
    return made


def test_every_route_is_behind_the_gate(app):
    assert ungated_routes(app) == []


def test_nothing_is_deleted_or_written_over_by_anybody(app):
    """Every change is a step that adds a line: there is no other way to ask for one."""
    assert {route.partition(" ")[0] for route in gates_of(app)} == {"GET", "POST"}
    assert {gated.operation for gated, _ in gates_of(app).values()} == {"consult", "alter"}


def test_every_operation_says_what_it_does_and_how_it_fails(app):
    assert undescribed(app) == []


def test_answers_are_documented(app):
    paths = app.openapi()["paths"]
    assert {"201", "409"} <= paths["/v1/cases"]["post"]["responses"].keys()
    steps = ("assign", "unassign", "share", "unshare", "close", "reopen", "prolong")
    for step in steps:
        answers = paths[f"/v1/cases/{{case_id}}/{step}"]["post"]["responses"].keys()
        assert {"200", "400", "404", "409", "412", "428"} <= answers, step


def test_answers_about_authorizations_are_documented(app):
    paths = app.openapi()["paths"]
    changes = [f"/v1/authorizations/{{authorization_id}}/{step}" for step in ("submit", "confirm", "reject", "revoke")]
    changes += [f"/v1/approvals/{{authorization_id}}/{step}" for step in ("approve", "refuse", "revoke")]
    for path in changes:
        assert {"200", "400", "404", "409", "412", "428"} <= paths[path]["post"]["responses"].keys(), path


def test_bodies_have_examples(app):
    schemas = app.openapi()["components"]["schemas"]
    assert [
        name
        for name, one in schemas.items()
        if name.endswith("Body") and "Corner" not in name and not one.get("examples")
    ] == []
