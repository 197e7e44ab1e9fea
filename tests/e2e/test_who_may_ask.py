"""The same search by different people, on the real bus: who is answered, who is refused, what is on record of it."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from rasid.contract.fields import utc_text
from rasid.contract.topics import AUDIT
from rasid.identity.policy import DEFAULT_DENY
from rasid.identity.sealing import open_sealed
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.town import PURPOSE, Town, new_plate
from tools.demo.connecting import http_client
from tools.demo.platform import Platform

pytestmark = pytest.mark.timeout(240)
SHARED = timedelta(minutes=1)


@dataclass(frozen=True)
class Share:
    """A case of the police that they share with intelligence until a minute from now, and who may use it there."""

    case_id: str
    agent: str
    ends_at: datetime


@pytest.fixture(scope="module")
def share(platform: Platform) -> Share:
    """Made when the first test asks for it; what the others wait for is part of its minute."""
    return asyncio.run(shared(Town(platform)))


async def shared(town: Town) -> Share:
    case_id, agent, chief_name, boss_name = (
        f"{what}-{secrets.token_hex(3)}" for what in ("shared", "agent", "chief", "their-boss")
    )
    async with town.supervisor() as supervisor, town.supervisor(role="senior-officer", who=chief_name) as chief:
        await supervisor.open(case_id, "investigation", [town.officer_name])
        ends_at = town.platform.clock.now() + SHARED
        await chief.step(case_id, "share", agency="intelligence", until=utc_text(ends_at))
    async with town.supervisor("intelligence", who=boss_name) as theirs:
        await theirs.step(case_id, "assign", subject=agent)
    return Share(case_id, agent, ends_at)


async def search(town: Town, headers: dict[str, str], plate: str) -> httpx.Response:
    async with http_client() as client:
        return await client.post(
            f"{town.platform.search.address}/v1/passages/search", json={"plate": plate}, headers=headers, timeout=20
        )


def of(town: Town, agency: str, role: str, who: str, *, case_id: str | None, purpose: str) -> dict[str, str]:
    named = {} if case_id is None else {"Rasid-Case": case_id}
    return {"Authorization": f"Bearer {town.platform.token(who, agency, [role])}", "Rasid-Purpose": purpose} | named


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:rasid:problem:")


async def known(town: Town, plate: str) -> httpx.Response:
    """The answer to the investigator, once the service knows the case."""

    async def answered() -> httpx.Response | None:
        answer = await search(town, town.headers(), plate)
        return answer if answer.is_success else None

    return await eventually(answered, 30, "search knows the case")


async def records(town: Town, who: str) -> list[Any]:
    found = await ledger.events(town.platform.engines.kafka.address, AUDIT.name, "audit.recorded")
    return [event.data for event in found if event.data.actor.subject == who]


async def by_their_agent(town: Town, share: Share) -> httpx.Response:
    """The answer to the other agency's agent under the shared case."""
    purpose = "counter-terrorism"
    headers = of(town, "intelligence", "investigator", share.agent, case_id=share.case_id, purpose=purpose)
    return await search(town, headers, new_plate())


async def test_a_case_shared_until_a_minute_from_now_is_readable_meanwhile(town: Town, share: Share):
    async def is_answered() -> bool:
        return (await by_their_agent(town, share)).is_success

    await eventually(is_answered, SHARED.total_seconds() / 2, "the share is used")


async def test_an_investigator_is_answered_and_oversight_alone_can_read_what_was_asked(town: Town):
    plate = new_plate()
    answer = await known(town, plate)
    assert answer.json()["items"] == []
    intent, result = (await records(town, town.officer_name))[-2:]
    assert (intent.stage, result.stage, intent.audit_id) == ("intent", "result", result.audit_id)
    assert intent.reasons == ("A2.investigators-look-up-plates",)
    assert plate not in repr((intent, result))
    assert plate in str(open_sealed(town.platform.keys.oversight_key, intent.audit_id, intent.sealed)["body"])


async def test_the_others_are_refused_told_why_and_recorded(town: Town):
    plate, clerk = new_plate(), f"clerk-{secrets.token_hex(3)}"
    await known(town, plate)
    asked = {
        "case-foreign": of(town, "traffic", "operator", clerk, case_id=town.case_id, purpose="traffic-monitoring"),
        "case-missing": of(town, "police", "investigator", town.officer_name, case_id=None, purpose=PURPOSE),
        "policy-denied": town.headers(case_id=town.duty_id, purpose="live-monitoring"),
        "purpose-unknown": town.headers(purpose="counter-terrorism"),
    }
    for why, headers in asked.items():
        answer = await search(town, headers, plate)
        assert (answer.status_code, slug(answer)) == (403, why), answer.text
        assert plate not in answer.text
    nothing_named = await search(town, asked["case-missing"], plate)
    assert "Rasid-Case" in nothing_named.json()["detail"]
    assert "Rasid-Purpose" in nothing_named.json()["detail"]
    duty = await search(town, asked["policy-denied"], plate)
    assert duty.json()["reasons"] == ["A2.duty-covers-the-live-queue"]
    (refusal,) = await records(town, clerk)
    assert (refusal.decision, refusal.stage, refusal.reasons) == ("deny", "result", ("case-foreign",))


async def test_a_traffic_operator_finds_no_plate_under_a_case_of_their_own_either(town: Town):
    clerk, case_id = (f"{what}-{secrets.token_hex(3)}" for what in ("clerk", "jam"))
    async with town.supervisor("traffic", who=f"boss-of-{clerk}") as supervisor:
        await supervisor.open(case_id, "traffic_operation", [clerk])
    headers = of(town, "traffic", "operator", clerk, case_id=case_id, purpose="traffic-enforcement")

    async def is_denied() -> bool:
        answer = await search(town, headers, new_plate())
        assert answer.status_code == 403, answer.text
        return slug(answer) == "policy-denied"

    await eventually(is_denied, 30, "search knows the case")
    refusal = (await records(town, clerk))[-1]
    assert (refusal.decision, refusal.case_id, refusal.reasons) == ("deny", case_id, ("policy-denied", DEFAULT_DENY))


async def test_without_casework_nobody_is_answered_and_with_it_everybody_again(town: Town):
    plate = new_plate()
    await known(town, plate)
    await town.platform.casework.stop()

    async def is_denied() -> bool:
        answer = await search(town, town.headers(), plate)
        return answer.status_code == 403 and slug(answer) == "casework-silent"

    try:
        await eventually(is_denied, 60, "casework is missed")
    finally:
        await town.platform.casework.start()
    await known(town, plate)
    denials = [one for one in await records(town, town.officer_name) if one.reasons == ("casework-silent",)]
    assert denials
    assert {one.decision for one in denials} == {"deny"}


@pytest.mark.parametrize("how", ["stands still", "stopped"])
async def test_without_a_broker_nobody_is_answered(town: Town, how: str):
    plate = new_plate()
    await known(town, plate)
    kafka = killable(town.platform.engines.kafka)
    if how == "stopped":
        await kafka.stop()
    else:
        kafka.pause()
    try:
        answer = await search(town, town.headers(), plate)
        assert (answer.status_code, slug(answer)) == (503, "audit-unavailable")
        assert "items" not in answer.json()
    finally:
        if how == "stopped":
            await town.platform.start()
        else:
            kafka.resume()
    await known(town, plate)


async def test_the_case_that_was_shared_until_then_stops_being_readable_by_itself(town: Town, share: Share):
    """The last of them: all that was done meanwhile has left the share alone."""

    async def is_over() -> bool:
        answer = await by_their_agent(town, share)
        return answer.status_code == 403 and slug(answer) == "case-share-ended"

    await eventually(is_over, SHARED.total_seconds() + 10, "the share ends")
    assert town.platform.clock.now() >= share.ends_at
    assert {one.decision for one in await records(town, share.agent)} == {"permit", "deny"}
