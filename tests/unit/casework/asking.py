"""Asking for authorizations, as people of the police do under `case-1`."""

from datetime import timedelta
from typing import Any

import httpx

from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from tests.unit.casework.service import ServiceBench

DAYS = timedelta(days=1)
HOUR_SECONDS = 3600


class Asking:
    """`officer-1` investigates, `chief` is a senior officer, `authorization_id` is what was asked for last."""

    def __init__(self, bench: ServiceBench) -> None:
        self.bench = bench
        self.authorization_id = ""

    @property
    def officer(self) -> dict[str, str]:
        return self.bench.gate.headers(purpose="missing-person")

    @property
    def chief(self) -> dict[str, str]:
        return self.deciding("chief", "senior-officer")

    def deciding(self, subject: str, *roles: str, agency: str = "police") -> dict[str, str]:
        """Of somebody under an investigation of their own."""
        case = f"case-of-{subject}"
        self.bench.gate.put_case(case, agency=agency, assigned=(subject,))
        purpose = {"police": "missing-person", "traffic": "traffic-offence"}.get(agency, "counter-terrorism")
        return self.bench.gate.headers(sub=subject, roles=roles, agency=agency, case=case, purpose=purpose)

    def colleague(self) -> dict[str, str]:
        """`officer-2`, who from now on works on the case too."""
        self.bench.gate.put_case("case-1", assigned=("officer-1", "officer-2"), version=2)
        return self.bench.gate.headers(sub="officer-2", purpose="missing-person")

    @property
    def stored(self) -> Any:
        return self.bench.authorizations.stored[self.authorization_id]

    @property
    def told(self) -> Any:
        """What the other services were told last."""
        return self.bench.authorizations.events[-1].data

    async def ask(self, key: str = "key-1", who: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
        body = {
            "objective": "find-missing-person",
            "legal_basis": "ccp-art-74",
            "authority": "judge-2",
            "decision_number": "2026/311",
            "valid_to": utc_text(START + 7 * DAYS),
            "camera_ids": ["cam-1", "cam-2"],
            "probe_sha256": "5f" * 32,
        } | changes
        given = {name: value for name, value in body.items() if value is not None}
        answer = await self.bench.send(
            "POST", "/v1/authorizations", who=who or self.officer, headers={"Idempotency-Key": key}, json=given
        )
        if answer.status_code == 201:
            self.authorization_id = answer.json()["authorization_id"]
        return answer

    async def ask_urgently(self, **changes: Any) -> httpx.Response:
        return await self.ask(decision_number=None, is_urgent=True, **changes)

    async def step(
        self, path: str, *, who: dict[str, str] | None = None, etag: str | None = None, **body: Any
    ) -> httpx.Response:
        """Of who works on the case: `path` such as `confirm`."""
        seen = etag or f'"{self.stored.version}"'
        address = f"/v1/authorizations/{self.authorization_id}/{path}"
        return await self.bench.send("POST", address, who=who or self.officer, headers={"If-Match": seen}, json=body)

    async def decide(
        self, path: str, *, who: dict[str, str] | None = None, etag: str | None = None, **body: Any
    ) -> httpx.Response:
        """Of a second person: `path` such as `approve`, by default about what is asked for."""
        seen = etag or f'"{self.stored.version}"'
        given = body or {"digest": self.stored.consent.digest}
        address = f"/v1/approvals/{self.authorization_id}/{path}"
        return await self.bench.send("POST", address, who=who or self.chief, headers={"If-Match": seen}, json=given)

    async def after(self, hours: float) -> None:
        """Let time pass, and let casework look."""
        await self.bench.clock.advance(hours * HOUR_SECONDS)
        await self.bench.deadlines.once()
