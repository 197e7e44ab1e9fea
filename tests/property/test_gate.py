"""Whatever is sent, the secret leaves only when everything is in order, and only after the records of it."""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rasid.contract.audit import AuditRecordedV1
from rasid.contract.envelope import Event
from rasid.contract.fields import utc_text
from rasid.contract.tables import SharedWith
from rasid.errors import Unavailable
from rasid.identity.gate import GatedRoute, gated
from rasid.testing.clock import START
from rasid.testing.identity import POLICY, GateBench, make_key
from tests.unit.identity.desk import Use

PLATE = "13A98765"
STAFF = {"operator", "investigator", "supervisor", "senior-officer"}
BEFORE = utc_text(START.replace(hour=7))
AFTER = utc_text(START.replace(hour=23))
# Case id -> the agencies for which it is in order (for officer-1, assigned to all but one).
CASES: dict[str, set[str]] = {
    "open": {"police"},
    "duty": {"police"},
    "traffic": {"traffic"},
    "shared": {"police", "intelligence"},
    "share-ended": {"intelligence"},
    "closed": set(),
    "expired": set(),
    "unassigned": set(),
    "erased": set(),
    "never-was": set(),
}


def open_cases(bench: GateBench) -> None:
    bench.put_case("open")
    bench.put_case("duty", kind="duty")
    bench.put_case("traffic", agency="traffic", kind="traffic_operation")
    bench.put_case("shared", agency="intelligence", shared_with=(SharedWith("police", AFTER),))
    bench.put_case("share-ended", agency="intelligence", shared_with=(SharedWith("police", BEFORE),))
    bench.put_case("closed", state="closed")
    bench.put_case("expired", closes_at=BEFORE)
    bench.put_case("unassigned", assigned=("officer-2",))
    bench.put_case("erased")
    bench.cases.apply("case:erased", None)
    bench.put_case("erased")


class Flaky:
    """A broker that is away for the stages a test names."""

    def __init__(self, bench: GateBench) -> None:
        self.bench = bench
        self.away: frozenset[str] = frozenset()

    async def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> None:
        if event.data.stage in self.away:
            raise Unavailable("the broker", "the test took it away")
        await self.bench.publisher.publish(event, deadline_seconds=deadline_seconds)


class Wire:
    """Notes which records were acknowledged when the first byte of an answer left."""

    def __init__(self, app: ASGIApp, bench: GateBench) -> None:
        self.app = app
        self.bench = bench
        self.before: list[AuditRecordedV1] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.before = self.bench.records()
            await send(message)

        await self.app(scope, receive, watch)


@dataclass
class World:
    bench: GateBench
    broker: Flaky
    wire: Wire


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    bench = GateBench(tmp_path_factory.mktemp("gate"))
    open_cases(bench)
    router = APIRouter(route_class=GatedRoute)

    @router.api_route(
        "/alerts",
        methods=["GET", "POST"],
        openapi_extra=gated(operation="consult", subject="alert", purpose=True),
    )
    async def alerts(use: Use) -> dict[str, str]:
        use.shown(PLATE)
        return {"plate": PLATE}

    app = FastAPI()
    app.include_router(router)
    broker = Flaky(bench)
    bench.install(app, broker)
    return World(bench, broker, Wire(app, bench))


def variants(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([name, name.lower(), name.upper(), name.swapcase()])


@st.composite
def header(draw: st.DrawFn, name: str, values: st.SearchStrategy[str]) -> list[tuple[str, str]]:
    """Absent, twice, or with something around its value."""
    value = draw(values)
    shape = draw(st.sampled_from(["once", "absent", "twice", "twice differently", "listed", "spaced", "capital"]))
    spelled = draw(variants(name))
    return {
        "once": [(spelled, value)],
        "absent": [],
        "twice": [(spelled, value), (draw(variants(name)), value)],
        "twice differently": [(spelled, value), (draw(variants(name)), draw(values))],
        "listed": [(spelled, f"{value}, {value}")],
        "spaced": [(spelled, draw(st.sampled_from([f" {value}", f"{value} ", f"\t{value}"])))],
        "capital": [(spelled, value.upper())],
    }[shape]


# What is in order together: agency, case, purpose.
IN_ORDER = [
    ("police", "open", "stolen-vehicle"),
    ("police", "duty", "live-monitoring"),
    ("police", "shared", "serious-crime"),
    ("intelligence", "shared", "counter-terrorism"),
    ("traffic", "traffic", "parking-enforcement"),
]
ALL_PURPOSES = sorted({code for codes in POLICY.purposes.values() for code in codes} | {"curiosity"})
ALL_ROLES = sorted(STAFF | {"administrator", "auditor", "king"})
TOKENS = ["none", "expired", "early", "stranger", "tampered", "no-mfa", "in-url", "basic"]
WILD: dict[str, st.SearchStrategy[Any]] = {
    "token": st.sampled_from(TOKENS),
    "subject": st.sampled_from(["officer-2", "officer-3", "OFFICER-1"]),
    "agency": st.sampled_from(["police", "traffic", "intelligence", "oversight", "harbour"]),
    "roles": st.lists(st.sampled_from(ALL_ROLES), min_size=1, max_size=3),
    "case": header("Rasid-Case", st.sampled_from(sorted(CASES))),
    "purpose": header("Rasid-Purpose", st.sampled_from(ALL_PURPOSES)),
    "away": st.sampled_from([frozenset({"intent"}), frozenset({"result"}), frozenset({"intent", "result"})]),
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A request that is in order, with up to three things about it drawn at random."""
    agency, case, purpose = draw(st.sampled_from(IN_ORDER))
    asked = {
        "method": draw(st.sampled_from(["GET", "POST"])),
        "body": draw(st.sampled_from([b"", b"{}", b"x" * 2_000])),
        "query": draw(st.sampled_from(["", "a=1", f"plate={PLATE}", "%FF=%00&;"])),
        "order": draw(st.randoms(use_true_random=False)),
        "token": "good",
        "subject": "officer-1",
        "agency": agency,
        "roles": [draw(st.sampled_from(sorted(STAFF)))],
        "case": [(draw(variants("Rasid-Case")), case)],
        "purpose": [(draw(variants("Rasid-Purpose")), purpose)],
        "away": frozenset(),
    }
    wild = draw(st.lists(st.sampled_from(sorted(WILD)), max_size=3, unique=True))
    return asked | {name: draw(WILD[name]) for name in wild}


def token_of(world: World, asked: dict[str, Any]) -> str:
    claims = {"sub": asked["subject"], "agency": asked["agency"], "roles": asked["roles"]}
    now = int(START.timestamp())
    issuer = world.bench.issuer
    match asked["token"]:
        case "expired":
            return issuer.token(**claims, exp=now - 60)
        case "early":
            return issuer.token(**claims, nbf=now + 60)
        case "no-mfa":
            return issuer.token(**claims, amr=["pwd"])
        case "tampered":
            return issuer.token(**claims)[:-6] + "AAAAAA"
        case "stranger":
            ours, issuer.keys["key-1"] = issuer.keys["key-1"], make_key()
            try:
                return issuer.token(**claims)
            finally:
                issuer.keys["key-1"] = ours
    return issuer.token(**claims)


def is_in_order(asked: dict[str, Any]) -> bool:
    """The rules said once more, plainly, and without the code under test."""
    if asked["token"] != "good" or len(asked["case"]) != 1 or len(asked["purpose"]) != 1 or asked["away"]:
        return False
    case, purpose = asked["case"][0][1], asked["purpose"][0][1]
    return (
        asked["agency"] in CASES.get(case, set())
        and asked["subject"] == "officer-1"
        and purpose in POLICY.purposes[asked["agency"]]
        and bool(STAFF & set(asked["roles"]))
        and "administrator" not in asked["roles"]
    )


async def ask(world: World, asked: dict[str, Any]) -> httpx.Response:
    token = token_of(world, asked)
    query = f"access_token={token}" if asked["token"] == "in-url" else asked["query"]
    scheme = "Basic" if asked["token"] == "basic" else "Bearer"
    credential = [] if asked["token"] in {"none", "in-url"} else [("Authorization", f"{scheme} {token}")]
    headers = [*credential, *asked["case"], *asked["purpose"]]
    asked["order"].shuffle(headers)
    transport = httpx.ASGITransport(world.wire)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
        return await client.request(asked["method"], f"/alerts?{query}", headers=headers, content=asked["body"])


@pytest.mark.expects_errors("audit record")
@settings(max_examples=400, deadline=None)
@given(asked=requests())
def test_the_secret_leaves_only_when_everything_is_in_order(world: World, asked: dict[str, Any]):
    world.bench.publisher.events.clear()
    world.broker.away = asked["away"]
    answer = asyncio.run(ask(world, asked))
    records = world.wire.before
    event(f"answer {answer.status_code}")
    if is_in_order(asked):
        assert answer.status_code == 200
        assert PLATE in answer.text
        assert [record.stage for record in records] == ["intent", "result"]
        assert records[0].audit_id == records[1].audit_id
        assert records[1].result_sha256 == sha256(answer.content).hexdigest()
    else:
        assert answer.status_code in {400, 401, 403, 503}
        assert PLATE not in answer.text + str(answer.headers)
        assert answer.headers["content-type"] == "application/problem+json"
        if answer.status_code != 401 and not (asked["away"] or "Authorization" in answer.text):
            assert [record.decision for record in records] == ["deny"]
    assert not any(PLATE in repr(record) for record in world.bench.records())
