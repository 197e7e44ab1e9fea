"""What is asked of a service that has something to hide: requests in order, under cases that are and that are not."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from rasid.contract.fields import utc_text
from rasid.contract.tables import SharedWith
from rasid.testing.clock import START
from rasid.testing.identity import GateBench
from tests.support.raw_asgi import RawHeaders

PLATE = "13A12345"
OFFICERS = ("officer-1", "officer-2")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Case id -> what is the matter with it. `open` and `duty` are in order.
CASES: dict[str, dict[str, Any]] = {
    "case-1": {},
    "duty": {"kind": "duty"},
    "closed": {"state": "closed"},
    "expired": {"closes_at": utc_text(START)},
    "not-yet": {"opened_at": utc_text(START + HOUR)},
    "foreign": {"agency": "traffic", "kind": "traffic_operation", "assigned": ("clerk",)},
    "unassigned": {"assigned": ("officer-9",)},
    # Nobody of its own agency is tried under it: to them it would be in order.
    "share-ended": {
        "agency": "intelligence",
        "assigned": ("agent",),
        "shared_with": (SharedWith("police", utc_text(START - HOUR)),),
    },
    "shared-elsewhere": {
        "agency": "intelligence",
        "assigned": ("agent",),
        "shared_with": (SharedWith("traffic", utc_text(START + DAY)),),
    },
}
IN_ORDER = frozenset({"case-1", "duty"})


@dataclass(frozen=True)
class Ask:
    """A request that is answered when its headers are in order. `route` as the service names it."""

    route: str
    target: str
    role: str = "investigator"
    body: Any = None
    headers: RawHeaders = field(default_factory=list)
    duty: bool = False
    """Whether a shift covers it."""
    answers: bool = True
    """Whether it can be asked in full here; False: it has a test of its own."""

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def content(self) -> bytes:
        return (
            self.body if isinstance(self.body, bytes) else b"" if self.body is None else json.dumps(self.body).encode()
        )

    @property
    def fixed(self) -> RawHeaders:
        json_type = (
            [] if self.body is None or isinstance(self.body, bytes) else [(b"content-type", b"application/json")]
        )
        return [*json_type, *self.headers]


class Service:
    """One service with something to hide; `state` is all that a request could change, to be compared."""

    def __init__(self, name: str, gate: GateBench, app: FastAPI, asks: Sequence[Ask], state: Callable[[], Any]) -> None:
        self.name, self.gate, self.app, self.asks, self.state = name, gate, app, asks, state


def open_cases(gate: GateBench) -> None:
    for case_id, matter in CASES.items():
        fields = {"assigned": OFFICERS, "opened_at": utc_text(START - DAY), "version": 2}
        gate.put_case(case_id, **(fields | matter))
    gate.put_case("erased", assigned=OFFICERS)
    gate.cases.apply("case:erased", None)
