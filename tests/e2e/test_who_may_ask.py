"""The same search by different people, on the real bus: who is answered, who is refused, what is on record of it."""

import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest

from rasid.contract.fields import utc_text
from rasid.contract.topics import AUDIT
from rasid.identity.sealing import open_sealed
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.town import PURPOSE, Town, new_plate
from tools.demo.connecting import http_client

pytestmark = pytest.mark.timeout(240)
# A share ends this long after it is published: time enough to see it used.
SHARED_SECONDS = 10


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


async def test_a_case_shared_until_a_moment_stops_being_readable_by_itself(town: Town):
    agent, case_id, plate = f"agent-{secrets.token_hex(3)}", f"shared-{secrets.token_hex(3)}", new_plate()
    chief_name, boss_name = (f"{role}-{secrets.token_hex(3)}" for role in ("chief", "their-boss"))
    async with town.supervisor() as supervisor, town.supervisor(role="senior-officer", who=chief_name) as chief:
        await supervisor.open(case_id, "investigation", [town.officer_name])
        until = utc_text(town.platform.clock.now() + timedelta(seconds=SHARED_SECONDS))
        await chief.step(case_id, "share", agency="intelligence", until=until)
    async with town.supervisor("intelligence", who=boss_name) as theirs:
        await theirs.step(case_id, "assign", subject=agent)
    headers = of(town, "intelligence", "investigator", agent, case_id=case_id, purpose="counter-terrorism")

    async def is_answered() -> bool:
        return (await search(town, headers, plate)).is_success

    async def is_over() -> bool:
        answer = await search(town, headers, plate)
        return answer.status_code == 403 and slug(answer) == "case-share-ended"

    await eventually(is_answered, SHARED_SECONDS, "the share is used")
    await eventually(is_over, SHARED_SECONDS + 10, "the share ends")


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
