"""Every error is a problem: says what is wrong and how to mend it, never what was sent."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI, Header, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from structlog.testing import capture_logs

from rasid.errors import Conflict, TemporarilyUnavailable, Unavailable
from rasid.identity.problem import PROBLEM_RESPONSES, install

PLATE = "13A98765"


class Truck(BaseModel):
    wheels: int


class Car(BaseModel):
    kind: Literal["car"]


class Van(BaseModel):
    kind: Literal["van"]


class Entry(BaseModel):
    """A body with all kinds of fields."""

    model_config = ConfigDict(extra="forbid")

    plate: str = Field(pattern=r"^[0-9]+$", max_length=12)
    priority: Literal["low", "high"] = "low"
    truck: Truck | None = None
    vehicle: Annotated[Car | Van, Field(discriminator="kind")] | None = None
    note: str | None = None

    @field_validator("note")
    @classmethod
    def short(cls, note: str | None, _: ValidationInfo) -> str | None:
        if note is not None and len(note) > 5:
            message = f"{note} is too long; a note has five letters"
            raise ValueError(message)
        return note

    @model_validator(mode="before")
    @classmethod
    def no_ghosts(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("plate") == "GHOST 7":
            message = "no GHOST 7 here"
            raise ValueError(message)
        return values


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:  # noqa: C901 - one small route after another
    app = FastAPI()
    install(app)

    @app.get("/conflict")
    async def conflict() -> None:
        raise Conflict("exists", "It is there already.", headers={"X-Why": "twice"}, extra={"id": "a"})

    @app.get("/busy")
    async def busy() -> None:
        raise TemporarilyUnavailable("spool-full", "The spool is full.")

    @app.get("/busy-longer")
    async def busy_longer() -> None:
        raise TemporarilyUnavailable("spool-full", "The spool is full.", headers={"Retry-After": "60"})

    @app.get("/away")
    async def away() -> None:
        raise Unavailable("the database", "no primary")

    @app.get("/bug")
    async def bug() -> None:
        try:
            raise KeyError(PLATE)
        except KeyError as error:
            message = f"no {PLATE}"
            raise RuntimeError(message) from error

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"first"
            raise RuntimeError(PLATE)

        return StreamingResponse(chunks())

    @app.get("/gone")
    async def gone() -> None:
        raise HTTPException(410, PLATE)

    @app.post("/entries")
    async def entries(entry: Entry) -> Entry:
        return entry

    @app.get("/search")
    async def search(
        limit: Annotated[int, Query(ge=10, le=100)], x_at: Annotated[float | None, Header()] = None
    ) -> list[str]:
        return [str(limit), str(x_at)]

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://p") as client:
        yield client


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"].endswith(".")
    body["type"] = body["type"].removeprefix("urn:rasid:problem:")
    return body


async def test_a_problem_is_answered_with_its_own_words(client: httpx.AsyncClient):
    answer = await client.get("/conflict")
    assert problem(answer) == {
        "type": "exists",
        "title": "This contradicts what is already there",
        "status": 409,
        "detail": "It is there already.",
        "id": "a",
    }
    assert answer.headers["x-why"] == "twice"


async def test_what_is_temporary_says_when_to_try_again(client: httpx.AsyncClient):
    assert (await client.get("/busy")).headers["retry-after"] == "2"
    assert (await client.get("/busy-longer")).headers["retry-after"] == "60"
    with capture_logs() as logs:
        away = await client.get("/away")
    assert problem(away)["type"] == "unavailable"
    assert away.headers["retry-after"] == "2"
    assert "no primary" not in away.text
    assert len(logs) == 1


async def test_the_web_framework_s_own_errors_are_problems_too(client: httpx.AsyncClient):
    assert problem(await client.get("/nowhere"))["type"] == "not-found"
    wrong = await client.delete("/conflict")
    assert problem(wrong)["type"] == "method-not-allowed"
    assert wrong.headers["allow"] == "GET"
    gone = await client.get("/gone")
    assert problem(gone)["type"] == "http-410"
    assert PLATE not in gone.text


async def test_an_unexpected_error_is_logged_once_without_its_words_and_tells_nothing(client: httpx.AsyncClient):
    with capture_logs() as logs:
        answer = await client.get("/bug")
    assert problem(answer)["type"] == "unexpected"
    assert "Error" not in answer.text
    (line,) = logs
    assert line["error"] == ["RuntimeError", "KeyError"]
    assert line["route"] == "/bug"
    assert any("test_problem.py" in place and place.endswith(" bug") for place in line["where"])
    assert PLATE not in str(logs)
    assert PLATE not in answer.text


async def test_an_error_in_the_middle_of_a_stream_ends_it_and_is_logged_once(client: httpx.AsyncClient):
    with capture_logs() as logs, pytest.raises(AssertionError):
        await client.get("/half")  # the test client asserts that an answer is complete: this one is not
    assert len(logs) == 1
    assert PLATE not in str(logs)


BODIES: dict[str, tuple[Any, str, str | None]] = {
    "a pattern": ({"plate": PLATE}, "body.plate", None),
    "too long": ({"plate": "1" * 40}, "body.plate", None),
    "a choice": ({"plate": "1", "priority": PLATE}, "body.priority", "'low' or 'high'"),
    "missing": ({"priority": "low"}, "body.plate", "Field required"),
    "nested": ({"plate": "1", "truck": {"wheels": PLATE}}, "body.truck.wheels", "integer"),
    "a tag that is echoed by the validator": ({"plate": "1", "vehicle": {"kind": PLATE}}, "body.vehicle", None),
    "words of our own that quote": ({"plate": "1", "note": PLATE}, "body.note", "is not valid here"),
    "words of our own about the whole": ({"plate": "GHOST 7"}, "body", "is not valid here"),
    "a field nobody knows": ({"plate": "1", "plat": "x"}, "body.plat", "not permitted"),
    "a field that is data": ({"plate": "1", "13 A 98765": "x"}, "body.?", "not permitted"),
    "a list": ([PLATE], "body", None),
    "a text": (PLATE, "body", None),
    "nothing": (None, "body", None),
}


@pytest.mark.parametrize("what", BODIES)
async def test_an_invalid_body_is_told_field_by_field_without_its_values(client: httpx.AsyncClient, what: str):
    body, field, words = BODIES[what]
    answer = await client.post("/entries", json=body)
    assert answer.status_code == 422
    told = problem(answer)
    assert told["type"] == "request-invalid"
    assert field in [one["field"] for one in told["errors"]]
    assert field in told["detail"]
    assert words is None or any(words in one["wrong"] for one in told["errors"])
    for secret in (PLATE, "98765", "GHOST", "111111"):
        assert secret not in answer.text


async def test_a_body_that_is_no_json_says_so(client: httpx.AsyncClient):
    sent = {"Content-Type": "application/json"}
    answer = await client.post("/entries", content=f'{{"plate": {PLATE}', headers=sent)
    assert problem(answer)["errors"][0]["field"].startswith("body")
    assert "JSON" in problem(answer)["errors"][0]["wrong"]
    assert PLATE not in answer.text


async def test_query_and_header_are_told_with_their_bounds(client: httpx.AsyncClient):
    told = problem(await client.get("/search", params={"limit": "0"}, headers={"X-At": "then"}))
    assert told["errors"] == [
        {"field": "query.limit", "wrong": "Input should be greater than or equal to 10"},
        {"field": "header.x-at", "wrong": "Input should be a valid number, unable to parse string as a number"},
    ]


async def test_the_list_of_errors_is_bounded(client: httpx.AsyncClient):
    body = {"plate": "1", **{f"field_{number}": 1 for number in range(500)}}
    assert len(problem(await client.post("/entries", json=body))["errors"]) == 20


def test_the_answers_are_documented():
    assert set(PROBLEM_RESPONSES) == {400, 401, 403, 422, 429, 503}
    for answer in PROBLEM_RESPONSES.values():
        assert "application/problem+json" in answer["content"]
