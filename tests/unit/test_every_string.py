"""Whatever is written into any text that a route takes: a clear answer, and nobody takes it for an order.

The texts are those of each service's own OpenAPI document: a new one is tried as soon as it is there.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.asks import Ask, Service
from tests.support.misused import misused
from tests.support.raw_asgi import RawAnswer, send_raw
from tests.support.wrongs import headers_of

# What a database, a shell, a file system, a page, a log, a template and a reader of another script could mistake.
TEXTS = (
    *('{"$ne": null}', "$where: 1", "'; db.passages.drop(); //", "' OR '1'='1", "../../etc/passwd", "$(reboot)"),
    *("<script>alert(1)</script>", "%00", "\0", "${jndi:ldap://x}", "{{7*7}}", "a\r\nSet-Cookie: x=1", "\u202e13A"),
    *("\ud800", "\U0001f697", "", "x" * 20_000),
)
# Operators of the database: no text, so none of them gets any further.
NO_TEXTS: tuple[Any, ...] = ({"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, [{"$where": "1"}])
IN_ORDER = ([("Rasid-Case", "case-1")], [("Rasid-Purpose", "stolen-vehicle")])
# Seconds of work; a machine with much else to do takes its time.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def services(loop: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Service]]:
    opened = misused(tmp_path_factory.mktemp("misused"))
    yield loop.run(opened.__aenter__())
    loop.run(opened.__aexit__(None, None, None))


class Texts:
    """Where texts go in the requests of one service."""

    def __init__(self, service: Service) -> None:
        self.document = service.app.openapi()

    def operation(self, ask: Ask) -> dict[str, Any]:
        method, path = ask.route.split(" ")
        return dict(self.document["paths"][path][method.lower()])

    def in_body(self, ask: Ask) -> Iterator[tuple[str, Any]]:
        """Names of what takes a text, each with a function from a text to the whole body."""
        content = self.operation(ask).get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            yield from self._below(content["schema"], ask.body or {}, "")

    def _below(self, schema: dict[str, Any], value: Any, name: str) -> Iterator[tuple[str, Any]]:
        for one in self._choices(schema):
            if one.get("type") == "string":
                yield name, lambda text: text
            elif one.get("type") == "array":
                for inner, spoil in self._below(one["items"], None, f"{name}[]"):
                    yield inner, lambda text, spoil=spoil: [spoil(text)]
            for part, below in one.get("properties", {}).items():
                known = value if isinstance(value, dict) else {}
                for inner, spoil in self._below(below, known.get(part), f"{name}.{part}"):
                    yield inner, lambda text, part=part, known=known, spoil=spoil: known | {part: spoil(text)}

    def _choices(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for one in schema.get("anyOf", schema.get("oneOf", [])):
            yield from self._choices(one)
        yield schema

    def in_address(self, ask: Ask) -> Iterator[tuple[str, Any]]:
        """Names of parameters of path and query, each with a function from a text to the target."""
        _, path = ask.route.split(" ")
        for parameter in self.operation(ask).get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "query":
                yield f"?{name}", lambda text, name=name: f"{ask.target}?{name}={quoted(text)}"
            if parameter["in"] == "path":
                at = path.split("/").index(f"{{{name}}}")
                yield f"/{name}", lambda text, at=at: spliced(ask.target, at, quoted(text))


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def spliced(target: str, at: int, text: str) -> str:
    pieces = target.split("/")
    return "/".join([*pieces[:at], text or "%20", *pieces[at + 1 :]])


async def asked(service: Service, ask: Ask, target: str, body: bytes) -> RawAnswer:
    """The request in order but for what was written into it."""
    token = service.gate.issuer.token(roles=[ask.role])
    headers = [*ask.fixed, *headers_of([f"Bearer {token}"], *IN_ORDER)]
    return await send_raw(service.app, ask.method, target, headers, body)


def check(service: Service, told: object, answer: RawAnswer, before: Any, *, is_text: bool = True) -> None:
    assert 200 <= answer.status < 500, (told, answer)
    assert is_text or answer.status in {400, 422}, (told, answer)
    assert not any(name.lower() == b"set-cookie" for name, _ in answer.headers), told
    if answer.status >= 400:
        assert answer.problem, told
        assert service.state() == before, told


def test_whatever_is_written_into_a_text_is_answered_and_is_no_order(loop: asyncio.Runner, services: list[Service]):
    tried = set()
    for service in services:
        texts = Texts(service)
        for ask in filter(lambda ask: ask.answers, service.asks):
            for name, spoil in texts.in_body(ask):
                tried.add(f"{ask.route} {name}")
                for text in (*TEXTS, *NO_TEXTS):
                    before, told = service.state(), (service.name, ask.route, name, text)
                    answer = loop.run(asked(service, ask, ask.target, json.dumps(spoil(text)).encode()))
                    check(service, told, answer, before, is_text=isinstance(text, str))
            for name, place in texts.in_address(ask):
                tried.add(f"{ask.route} {name}")
                for text in TEXTS:
                    before, told = service.state(), (service.name, ask.route, name, text)
                    check(service, told, loop.run(asked(service, ask, place(text), ask.content)), before)
    assert tried >= {
        "POST /v1/passages/search .plate",
        "POST /v1/passages/search .cameras[]",
        "POST /v1/passages/search .lookback",
        "GET /v1/passages/{passage_id} /passage_id",
        "GET /v1/evidence ?alert_id",
        "POST /v1/evidence .reason",
        "POST /v1/cases/{case_id}/notes .text",
    }
