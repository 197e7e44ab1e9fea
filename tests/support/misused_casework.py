"""Casework with something to hide: a file with a plate in it, and authorizations that wait for everybody there is."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from services.casework.authorization import Authorization
from tests.support.asks import DAY, OFFICERS, PLATE, Ask, Service, open_cases
from tests.support.raw_asgi import RawHeaders
from tests.unit.casework import service as casework

FILE = "/v1/cases/{case_id}"
LINK = {"target_kind": "passage", "target_id": f"passage-of-{PLATE.lower()}"}
TERMS: dict[str, Any] = {
    "objective": "find-suspect",
    "legal_basis": "ccp-art-74",
    "authority": "judge-2",
    "valid_to": utc_text(START + DAY),
    "camera_ids": ["cam-1"],
    "probe_sha256": "5f" * 32,
}
DECIDED, URGENT = TERMS | {"decision_number": PLATE}, TERMS | {"is_urgent": True}


async def misused_casework(folder: Path, stack: AsyncExitStack) -> Service:
    """`officer-2` wrote and asked for everything that is there, `chief` has granted what is urgent."""
    bench = await stack.enter_async_context(casework.serving(folder))
    open_cases(bench.gate)
    opened = await bench.open(case_id="case-1", assigned=list(OFFICERS))
    assert opened.status_code == 201, opened.text
    await _send(bench, "/v1/cases/case-1/notes", {"text": f"Seen twice: {PLATE}"})
    await _send(bench, "/v1/cases/case-1/links", LINK)
    waiting = [await _asked(bench, number, DECIDED) for number in range(4)]
    urgent = [await _granted(bench, await _asked(bench, number, URGENT)) for number in range(4, 7)]
    return Service(
        *("casework", bench.gate, bench.app, (*_file_asks(), *_authorization_asks(waiting, urgent))),
        state=lambda: (
            *(dict(bench.cases.stored), dict(bench.authorizations.stored), dict(bench.files.stored)),
            bench.woken,
        ),
    )


def _file_asks() -> Sequence[Ask]:
    at, key = "/v1/cases/case-1", [(b"idempotency-key", b"key-of-a-misuse")]
    other = LINK | {"target_id": "another"}
    return (
        Ask(f"GET {FILE}/timeline", f"{at}/timeline"),
        Ask(f"GET {FILE}/links", f"{at}/links"),
        Ask(f"POST {FILE}/notes", f"{at}/notes", body={"text": "Nothing"}, headers=key),
        Ask(f"POST {FILE}/links", f"{at}/links", body=other, headers=[(b"idempotency-key", b"key-of-a-link")]),
        Ask(
            *(f"POST {FILE}/unlink", f"{at}/unlink"),
            body=LINK | {"reason": "another-vehicle"},
            headers=[(b"idempotency-key", b"key-of-an-unlink")],
        ),
    )


def _authorization_asks(waiting: Sequence[Authorization], urgent: Sequence[Authorization]) -> Sequence[Ask]:
    """Each step is tried on an authorization of its own: those that succeed, once all is in order, end it."""
    one, approvals, senior = "/v1/authorizations/{authorization_id}", "/v1/approvals", "senior-officer"
    number, reason = {"number": "2026/311"}, {"reason": "found"}
    decided = f"{approvals}/{{authorization_id}}"
    return (
        Ask("GET /v1/authorizations", "/v1/authorizations"),
        Ask(f"GET {one}", _at(waiting[0])),
        Ask(
            *("POST /v1/authorizations", "/v1/authorizations"),
            body=DECIDED,
            headers=[(b"idempotency-key", b"key-of-one-more")],
        ),
        Ask(f"POST {one}/submit", f"{_at(urgent[0])}/submit", body=number, headers=_seen(urgent[0])),
        Ask(f"POST {one}/confirm", f"{_at(urgent[1])}/confirm", body=number, headers=_seen(urgent[1])),
        Ask(f"POST {one}/reject", f"{_at(urgent[2])}/reject", body=number, headers=_seen(urgent[2])),
        Ask(f"POST {one}/revoke", f"{_at(waiting[1])}/revoke", body=reason, headers=_seen(waiting[1])),
        Ask("GET /v1/approvals", approvals, senior),
        Ask(f"GET {decided}", _at(waiting[0], approvals), senior),
        *(
            Ask(f"POST {decided}/{step}", f"{_at(it, approvals)}/{step}", senior, body, _seen(it))
            for step, it, body in (
                ("approve", waiting[0], {"digest": waiting[0].consent.digest}),
                ("refuse", waiting[2], {"digest": waiting[2].consent.digest}),
                ("revoke", waiting[3], reason),
            )
        ),
    )


def _at(one: Authorization, under: str = "/v1/authorizations") -> str:
    return f"{under}/{one.authorization_id}"


def _seen(one: Authorization) -> RawHeaders:
    return [(b"if-match", f'"{one.version}"'.encode())]


async def _asked(bench: casework.ServiceBench, number: int, terms: dict[str, Any]) -> Authorization:
    found = await _send(bench, "/v1/authorizations", terms, key=f"authorization-{number}")
    return bench.authorizations.stored[found["authorization_id"]]


async def _granted(bench: casework.ServiceBench, one: Authorization) -> Authorization:
    bench.gate.put_case("case-of-chief", assigned=("chief",))
    who = bench.gate.headers(sub="chief", roles=("senior-officer",), case="case-of-chief")
    path, body = f"/v1/approvals/{one.authorization_id}/approve", {"digest": one.consent.digest}
    answer = await bench.send("POST", path, who=who, headers={"If-Match": f'"{one.version}"'}, json=body)
    assert answer.status_code == 200, answer.text
    return bench.authorizations.stored[one.authorization_id]


async def _send(bench: casework.ServiceBench, path: str, body: dict[str, Any], key: str | None = None) -> Any:
    who = bench.gate.headers(sub="officer-2")
    answer = await bench.send("POST", path, who=who, headers={"Idempotency-Key": key or path}, json=body)
    assert answer.is_success, answer.text
    return answer.json()
