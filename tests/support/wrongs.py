"""What may be wrong with a request that would be answered: its token, case, purpose, headers, and what is around."""

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from rasid.identity.casework import Casework
from rasid.testing.clock import START
from rasid.testing.identity import POLICY, encode, make_key
from tests.support.asks import CASES, DAY, IN_ORDER, PLATE, Ask, Service
from tests.support.raw_asgi import RawAnswer, RawHeaders, send_raw

REFUSED = {400, 401, 403, 503}
DUTY_PURPOSE = "live-monitoring"
FORGED = (
    "none",
    "garbage",
    "expired",
    "early",
    "stranger",
    "tampered",
    "no-mfa",
    "in-url",
    "basic",
    "twice",
    "machine",
)
SPELLINGS = (
    *("absent", "twice", "twice differently", "listed", "spaced before", "spaced after", "folded", "capital"),
    *("underscored", "prefixed", "null", "beyond ascii", "empty", "padded name"),
)
PURPOSES = sorted({code for codes in POLICY.purposes.values() for code in codes} - set(POLICY.purposes["police"]))
WRONG: dict[str, Sequence[Any]] = {
    "token": FORGED,
    "subject": ("officer-3", "OFFICER-1", "clerk", "officer-1 "),
    "agency": ("traffic", "intelligence", "national-security", "oversight", "harbour"),
    "roles": (("administrator",), ("auditor",), ("king",), ("administrator", "supervisor"), ("Operator",)),
    "case": sorted({*CASES, "erased", "never-was", "CASE-1", "case-1/../case-1", "*"} - IN_ORDER),
    "duty": ("duty",),
    "purpose": (*PURPOSES, "curiosity", "stolen vehicle", "*"),
    "case header": SPELLINGS,
    "purpose header": SPELLINGS,
    "casework": ("silent",),
    "cases": ("unread",),
    # Ahead every token has expired, behind no case is open yet. Behind by less: see the test of casework's clock.
    "clock": (DAY, 400 * DAY, -2 * DAY, -400 * DAY),
}


class Number:
    """A number that a request is read from, choice by choice: Hypothesis draws one number, which costs little."""

    def __init__(self, value: int) -> None:
        self.rest = value

    def pick(self, options: Sequence[Any]) -> Any:
        self.rest, index = divmod(self.rest, len(options))
        return options[index]


def wrong_with(number: Number, among: Sequence[str] = tuple(WRONG)) -> dict[str, Any]:
    """One to three things of these that are wrong."""
    names, wrong = list(among), {}
    for _ in range(number.pick((1, 2, 3)[: len(names)])):
        name = number.pick(names)
        names.remove(name)
        wrong[name] = number.pick(WRONG[name])
    return wrong


def spelled(shape: str | None, name: str, value: str) -> list[tuple[str, str]]:
    """A header in one of the ways in which somebody hopes that it is read differently further on."""
    return {
        None: [(name, value)],
        "absent": [],
        "twice": [(name, value), (name.upper(), value)],
        "twice differently": [(name, "no-such"), (name.lower(), value)],
        "listed": [(name, f"{value}, {value}")],
        "spaced before": [(name, f"\t{value}")],
        "spaced after": [(name, f"{value} ")],
        "folded": [(name, f"{value}\r\n {value}")],
        "capital": [(name, value.upper())],
        "underscored": [(name.replace("-", "_"), value)],
        "prefixed": [(f"X-{name}", value)],
        "null": [(name, f"{value}\0")],
        "beyond ascii": [(name, f"{value}\xa0")],
        "empty": [(name, "")],
        "padded name": [(f"{name} ", value)],
    }[shape]


class Tokens:
    """Tokens of one service's issuer, each signed once."""

    def __init__(self, service: Service) -> None:
        self.issuer = service.gate.issuer
        self.strange = make_key()
        self.token = cache(self._token)

    def of(self, wrong: dict[str, Any], ask: Ask) -> list[str]:
        """The values of `Authorization`."""
        kind = wrong.get("token")
        who = (wrong.get("subject", "officer-1"), wrong.get("agency", "police"), wrong.get("roles", (ask.role,)))
        token = self.token(kind, *who)
        shapes = {
            "none": [],
            "in-url": [],
            "garbage": ["Bearer letmein"],
            "tampered": [f"Bearer {token[:-6]}AAAAAA"],
            "basic": [f"Basic {token}"],
            "twice": [f"Bearer {token}"] * 2,
        }
        return shapes.get(kind, [f"Bearer {token}"])

    def _token(self, kind: str | None, subject: str, agency: str, roles: tuple[str, ...]) -> str:
        if kind == "machine":
            return self.issuer.machine_token("rasid:clips.deliver")
        now = int(START.timestamp())
        odd = {"expired": {"exp": now - 60}, "early": {"nbf": now + 60}, "no-mfa": {"amr": ["pwd"]}}.get(kind or "", {})
        claims = self.issuer.claims(sub=subject, agency=agency, roles=list(roles), **odd)
        key = self.strange if kind == "stranger" else self.issuer.keys["key-1"]
        return encode({"alg": "Ed25519", "kid": "key-1", "typ": "at+jwt"}, json.dumps(claims).encode(), key)


async def send_wrong(service: Service, tokens: Tokens, ask: Ask, wrong: dict[str, Any]) -> RawAnswer:
    """The request with these things wrong about it, or about what is around the service."""
    gate, clock = service.gate, service.gate.clock
    case = wrong.get("case", wrong.get("duty", "case-1"))
    purpose = wrong.get("purpose", DUTY_PURPOSE if "duty" in wrong else "stolen-vehicle")
    headers = headers_of(
        tokens.of(wrong, ask),
        spelled(wrong.get("case header"), "Rasid-Case", case),
        spelled(wrong.get("purpose header"), "Rasid-Purpose", purpose),
    )
    query = f"?access_token={tokens.token(None, 'officer-1', 'police', (ask.role,))}"
    target = ask.target + (query if wrong.get("token") == "in-url" else "")
    alive, now = gate.cases.casework, clock.now()
    if "casework" in wrong:
        gate.cases.casework = Casework(clock, gate.metrics)
    gate.cases.is_complete = "cases" not in wrong
    clock._now = now + wrong.get("clock", timedelta())
    try:
        return await send_raw(service.app, ask.method, target, [*ask.fixed, *headers], ask.content)
    finally:
        gate.cases.casework, gate.cases.is_complete, clock._now = alive, True, now


async def check_refused(service: Service, tokens: Tokens, ask: Ask, wrong: dict[str, Any]) -> None:
    """Nothing that is asked for comes out, nothing changes, and the refusal of somebody is on record."""
    service.gate.publisher.events.clear()
    before = service.state()
    answer = await send_wrong(service, tokens, ask, wrong)
    told = f"{service.name} {ask.route} {wrong}: {answer.status} {answer.text}"
    assert answer.status in REFUSED, told
    assert answer.problem, told
    assert PLATE not in answer.text, told
    assert service.state() == before, told
    for record in service.gate.records():
        assert (record.policy_version, bool(record.reasons)) == (POLICY.version, True), told
    results = [record.decision for record in service.gate.records() if record.stage != "intent"]
    # Who is nobody stands in no record: anyone could fill the log with them.
    is_somebody = answer.status in {400, 403} and wrong.get("token") != "twice"
    assert results == (["deny"] if is_somebody else []), told


def headers_of(tokens: list[str], *named: list[tuple[str, str]]) -> RawHeaders:
    pairs = [*[("Authorization", token) for token in tokens], *[pair for pairs in named for pair in pairs]]
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
