"""What was allowed a moment ago: cases that are closed just now, a clock that is moved, approvals given again."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.identity.casework import Casework
from rasid.testing.clock import START
from rasid.testing.identity import GateBench
from tests.support.asks import DAY, OFFICERS, PLATE, Ask, Service
from tests.support.clips import clip
from tests.support.misused import misused
from tests.support.raw_asgi import RawAnswer, send_raw
from tests.support.wrongs import headers_of
from tests.unit.archive.service import ServiceBench
from tests.unit.archive.service import serving as archive

LOOKUP = "POST /v1/passages/search"
LONG = int((START + 900 * DAY).timestamp())
# Seconds of work; a machine with much else to do takes its time.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def search(loop: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    opened = misused(tmp_path_factory.mktemp("misused"))
    yield loop.run(opened.__aenter__())[0]
    loop.run(opened.__aexit__(None, None, None))


def lookup(service: Service) -> Ask:
    return next(ask for ask in service.asks if ask.route == LOOKUP)


async def look_up(service: Service, token: str, case_id: str) -> RawAnswer:
    ask = lookup(service)
    named = headers_of([f"Bearer {token}"], [("Rasid-Case", case_id)], [("Rasid-Purpose", "stolen-vehicle")])
    return await send_raw(service.app, ask.method, ask.target, [*ask.fixed, *named], ask.content)


# ---- a case as it is now, and not as it was ----
CHANGES: dict[str, dict[str, Any]] = {
    "open": {},
    "closed": {"state": "closed"},
    "run out": {"closes_at": utc_text(START)},
    "prolonged": {"closes_at": utc_text(START + DAY)},
    "unassigned": {"assigned": ("officer-2",)},
    "given away": {"agency": "intelligence"},
}
ALLOWING = {"open", "prolonged"}


class ACase:
    """One case, and what is true of it by the rules said once more: the highest version counts, erased is erased."""

    def __init__(self, gate: GateBench, case_id: str) -> None:
        self.gate, self.case_id = gate, case_id
        self.version = 0
        self.name = "never was"
        self.is_beyond_telling = False

    def publish(self, name: str) -> None:
        self.version += 1
        self.put(name, self.version)
        self.name = "erased" if self.is_beyond_telling else name

    def put(self, name: str, version: int) -> None:
        fields = {"assigned": ("officer-1",), "opened_at": utc_text(START - DAY), "version": version}
        self.gate.put_case(self.case_id, **(fields | CHANGES[name]))

    def erase(self) -> None:
        self.gate.cases.apply(f"case:{self.case_id}", None)
        self.name = "erased"
        # Which versions were erased is not known: no later one can be told from them.
        self.is_beyond_telling |= self.version == 0


NUMBERS = iter(range(10**9))


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(st.sampled_from([*CHANGES, "erased", "an old record again"]), min_size=1, max_size=12))
def test_a_case_counts_as_it_is_at_this_moment(loop: asyncio.Runner, search: Service, steps: list[str]):
    case = ACase(search.gate, f"walk-{next(NUMBERS)}")
    token = search.gate.issuer.token()
    for step in steps:
        if step == "erased":
            case.erase()
        elif step == "an old record again":
            case.put("open", max(case.version, 1)) if case.version else None
        else:
            case.publish(step)
        answer = loop.run(look_up(search, token, case.case_id))
        if case.name in ALLOWING:
            assert (answer.status, PLATE in answer.text) == (200, True), (steps, step)
        else:
            assert (answer.status, PLATE in answer.text) == (403, False), (steps, step)


# ---- a clock that somebody moves ----
@settings(max_examples=100, deadline=None)
@given(seconds=st.integers(-400 * 86_400, 400 * 86_400).filter(lambda seconds: abs(seconds) > 30))
def test_a_clock_that_is_moved_brings_no_case_back(loop: asyncio.Runner, search: Service, seconds: int):
    """The token is good for years either way, the case too, and casework beats on with the right time."""
    gate, clock = search.gate, search.gate.clock
    alive, now = gate.cases.casework, clock.now()
    early = int((START - 900 * DAY).timestamp())
    token = gate.issuer.token(iat=early, nbf=early, exp=LONG)
    gate.put_case("for-years", assigned=OFFICERS, opened_at=utc_text(START - 900 * DAY))
    gate.cases.casework = Casework(clock, gate.metrics)
    try:
        beat(gate, clock.now())
        assert loop.run(look_up(search, token, "for-years")).status == 200
        clock._now = now + timedelta(seconds=seconds)
        for second in range(31):
            clock.shift(1)
            beat(gate, now + timedelta(seconds=second + 1))
        answer = loop.run(look_up(search, token, "for-years"))
        assert (answer.status, answer.problem) == (403, "casework-silent")
    finally:
        gate.cases.casework, clock._now = alive, now


def beat(gate: GateBench, at: Any) -> None:
    event = new_event("beat", "/casework", at, CaseworkHeartbeatV1(at=utc_text(at), version=1))
    gate.cases.apply(event.key, event)


# ---- approvals ----
PEOPLE = ("officer-1", "officer-2", "officer-3")
ROLES = ("operator", "investigator", "supervisor", "senior-officer", "administrator")
STEP = st.tuples(
    st.sampled_from(["ask", "approve", "approve", "refuse"]),
    st.sampled_from(PEOPLE),
    st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True),
    st.sampled_from(["now", "now", "first", "made up"]),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("approvals")


@pytest.fixture(scope="module")
def bench(loop: asyncio.Runner, folder: Path) -> Iterator[ServiceBench]:
    opened = archive(folder)
    bench = loop.run(opened.__aenter__())
    bench.gate.put_case("case-1", assigned=PEOPLE, version=2)
    loop.run(bench.stored(clip(10_000)))
    yield bench
    loop.run(opened.__aexit__(None, None, None))


async def walk(bench: ServiceBench, steps: list[Any]) -> None:
    """Ask and decide as drawn; whatever is erased was asked for by one who may and approved by another who may."""
    ((evidence_id, kept),) = bench.store.stored.items()
    try:
        await _walk(bench, evidence_id, steps)
    finally:
        bench.store.stored[evidence_id] = kept


async def _walk(bench: ServiceBench, evidence_id: str, steps: list[Any]) -> None:
    where = f"/v1/evidence/{evidence_id}/erasure"
    digests: list[str] = []
    open_by: str | None = None
    for deed, who, roles, which in steps:
        digest = {"now": digests[-1:], "first": digests[:1], "made up": []}[which] or ["0" * 64]
        path, body = {
            "ask": (where, {"reason": "court-order"}),
            "approve": (f"{where}/approval", {"digest": digest[0]}),
            "refuse": (f"{where}/refusal", {"digest": digest[0]}),
        }[deed]
        answer = await bench.send("POST", path, json=body, who=bench.who(*roles, sub=who))
        bench.clock.shift(1)
        is_plain = "administrator" not in roles
        if deed == "ask":
            may = is_plain and "supervisor" in roles and open_by is None
            assert answer.is_success == may, (steps, answer.text)
            if may:
                open_by, digests = who, [*digests, answer.json()["digest"]]
        else:
            is_right = bool(digests) and digest[0] == digests[-1]
            may = is_plain and "senior-officer" in roles and open_by is not None and who != open_by and is_right
            assert answer.is_success == may, (steps, answer.text)
            if may and deed == "approve":
                assert bench.evidence(evidence_id).state == "erasing"
                return
            open_by = None if may else open_by
        assert bench.evidence(evidence_id).state == "stored"


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEP, min_size=2, max_size=10))
def test_nothing_is_erased_by_one_person_or_by_an_approval_given_again(
    loop: asyncio.Runner, bench: ServiceBench, steps: list[Any]
):
    loop.run(walk(bench, steps))
