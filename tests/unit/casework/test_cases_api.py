"""Cases over HTTP: who opens, closes, assigns and shares them, and what the others are told."""

from datetime import timedelta

import pytest

from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from tests.unit.casework.service import ServiceBench, slug

LATER = utc_text(START + timedelta(days=7))


async def test_a_case_that_is_opened_is_told_with_who_may_use_it(bench: ServiceBench):
    answer = await bench.open(closes_at=LATER, reference="2026/17", offence="vehicle-theft")
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/v1/cases/case-7"
    told = bench.told()
    assert (told.case_id, told.agency, told.kind, told.state) == ("case-7", "police", "investigation", "open")
    assert (told.assigned, told.closes_at) == (("officer-1",), LATER)
    assert answer.headers["etag"] == f'"{told.version}"'
    assert "2026/17" not in repr(bench.cases.events)
    assert bench.woken == 1


async def test_the_same_request_again_finds_the_same_case_and_another_is_refused(bench: ServiceBench):
    first, again = await bench.open(case_id=None), await bench.open(case_id=None)
    assert first.json() == again.json()
    other = await bench.open(case_id=None, kind="missing_person")
    assert (other.status_code, slug(other)) == (409, "case-id-taken")
    assert len(bench.cases.stored) == 1
    assert (await bench.open("key-2", case_id=None)).json()["case_id"] != first.json()["case_id"]


async def test_an_id_that_another_agency_has_is_taken_and_nothing_of_it_is_told(bench: ServiceBench):
    await bench.open()
    theirs = bench.who("their-boss", "supervisor", "intelligence")
    answer = await bench.open("key-9", who=theirs, assigned=[])
    assert slug(answer) == "case-id-taken"
    assert "police" not in answer.text


@pytest.mark.parametrize("role", ["operator", "investigator", "senior-officer", "administrator", "auditor"])
async def test_nobody_but_a_supervisor_opens_or_closes(bench: ServiceBench, role: str):
    await bench.open()
    who = bench.who("clerk", role)
    assert (await bench.open("key-2", who=who, case_id="case-8")).status_code == 403
    assert (await bench.step("close", who=who, reason="solved")).status_code == 403
    assert bench.told().state == "open"
    assert "case-8" not in bench.cases.stored


async def test_nobody_assigns_themselves_whether_at_the_opening_or_later(bench: ServiceBench):
    opening = await bench.open(assigned=["officer-1", "boss"])
    assert (opening.status_code, opening.json()["reasons"]) == (403, ["A2.nobody-assigns-themselves"])
    await bench.open()
    later = await bench.step("assign", subject="boss")
    assert (later.status_code, later.json()["reasons"]) == (403, ["A2.nobody-assigns-themselves"])
    other = await bench.step("assign", subject="boss", who=bench.who("second-boss", "supervisor"))
    assert other.status_code == 200
    assert bench.told().assigned == ("boss", "officer-1")


async def test_who_is_unassigned_may_not_use_it_any_more_and_the_history_keeps_that_they_could(bench: ServiceBench):
    await bench.open()
    answer = await bench.step("unassign", subject="officer-1")
    assert bench.told().assigned == ()
    deeds = [(line["deed"], line["about"], line["by"]) for line in answer.json()["history"]]
    assert deeds == [("opened", None, "boss"), ("assigned", "officer-1", "boss"), ("unassigned", "officer-1", "boss")]
    assert slug(await bench.step("unassign", subject="officer-1")) == "not-assigned"


async def test_a_closed_case_is_told_and_kept_and_can_be_reopened_with_another_end(bench: ServiceBench):
    await bench.open(closes_at=LATER)
    assert (await bench.step("close", reason="solved")).json()["state"] == "closed"
    assert bench.told().state == "closed"
    for step, body in (
        ("assign", {"subject": "officer-2"}),
        ("prolong", {"reason": "more"}),
        ("close", {"reason": "x"}),
    ):
        assert slug(await bench.step(step, **body)) == "case-closed"
    reopened = await bench.step("reopen", reason="appeal")
    assert (reopened.json()["state"], reopened.json()["closes_at"]) == ("open", None)
    assert bench.told().closes_at is None
    assert slug(await bench.step("reopen", reason="appeal")) == "case-open"


async def test_versions_only_grow_and_follow_the_clock(bench: ServiceBench):
    await bench.open()
    await bench.step("close", reason="solved")
    await bench.clock.advance(60)
    await bench.step("reopen", reason="appeal")
    versions = [event.data.version for event in bench.cases.events]
    assert versions == sorted(set(versions))
    assert versions[-1] == int(bench.clock.now().timestamp() * 1000)


async def test_a_step_needs_the_version_that_was_seen(bench: ServiceBench):
    await bench.open()
    seen = f'"{bench.cases.stored["case-7"].version}"'
    assert (await bench.step("assign", subject="officer-2", etag=seen)).status_code == 200
    stale = await bench.step("close", reason="solved", etag=seen)
    assert (stale.status_code, slug(stale)) == (412, "case-changed")
    missing = await bench.send("POST", "/v1/cases/case-7/close", json={"reason": "solved"})
    assert (missing.status_code, slug(missing)) == (428, "if-match-required")
    assert bench.told().state == "open"


async def test_a_shift_has_an_end_that_is_not_far(bench: ServiceBench):
    assert slug(await bench.open(kind="duty")) == "duty-needs-an-end"
    far = utc_text(START + timedelta(days=32))
    assert slug(await bench.open(kind="duty", closes_at=far)) == "duty-too-long"
    assert slug(await bench.open(closes_at=utc_text(START))) == "end-in-the-past"
    assert (await bench.open(kind="duty", closes_at=LATER)).status_code == 201


async def test_only_a_senior_officer_shares_and_never_without_an_end(bench: ServiceBench):
    await bench.open()
    chief = bench.who("chief", "senior-officer")
    assert (await bench.step("share", agency="intelligence", until=LATER)).status_code == 403
    for body, why in (
        ({"agency": "intelligence", "until": utc_text(START)}, "end-in-the-past"),
        ({"agency": "intelligence", "until": utc_text(START + timedelta(days=367))}, "share-too-long"),
        ({"agency": "oversight", "until": LATER}, "agency-unknown"),
        ({"agency": "intelligence"}, "request-invalid"),
    ):
        assert slug(await bench.step("share", who=chief, **body)) == why
    assert slug(await bench.step("share", who=chief, agency="police", until=LATER)) == "own-agency"
    assert (await bench.step("share", who=chief, agency="intelligence", until=LATER)).status_code == 200
    assert [(one.agency, one.until) for one in bench.told().shared_with] == [("intelligence", LATER)]
    await bench.step("unshare", who=chief, agency="intelligence")
    assert bench.told().shared_with == ()


async def test_the_other_agency_assigns_its_own_people_while_it_is_shared_and_nobody_else_s(bench: ServiceBench):
    await bench.open()
    theirs = bench.who("their-boss", "supervisor", "intelligence")
    assert (await bench.step("assign", who=theirs, subject="agent-1")).status_code == 403
    await bench.step("share", who=bench.who("chief", "senior-officer"), agency="intelligence", until=LATER)
    assert (await bench.step("assign", who=theirs, subject="agent-1")).status_code == 200
    assert bench.told().assigned == ("agent-1", "officer-1")
    assert slug(await bench.step("unassign", who=theirs, subject="officer-1")) == "assigned-by-another"
    assert (await bench.step("close", who=theirs, reason="solved")).status_code == 403
    assert (await bench.send("GET", "/v1/cases/case-7", who=theirs)).status_code == 200
    await bench.clock.advance(timedelta(days=7).total_seconds())
    theirs = bench.who("their-boss", "supervisor", "intelligence")
    assert (await bench.send("GET", "/v1/cases/case-7", who=theirs)).status_code == 403
    assert (await bench.step("unassign", who=theirs, subject="agent-1")).status_code == 403


async def test_whom_another_agency_assigns_uses_a_case_as_its_people_alone_and_only_while_it_is_shared(
    bench: ServiceBench,
):
    await bench.open()
    chief, theirs = bench.who("chief", "senior-officer"), bench.who("their-boss", "supervisor", "intelligence")
    await bench.step("share", who=chief, agency="intelligence", until=LATER)
    for subject in ("officer-9", "agent-1"):
        await bench.step("assign", who=theirs, subject=subject)

    async def may(subject: str, agency: str) -> bool:
        who = bench.who(subject, "investigator", agency)
        return (await bench.send("GET", "/v1/cases/case-7", who=who)).status_code == 200

    assert await may("officer-1", "police")
    assert await may("agent-1", "intelligence")
    assert not await may("officer-9", "police"), "an officer of the owner's whom the other agency named"
    await bench.step("share", who=chief, agency="intelligence", until=utc_text(START + timedelta(days=8)))
    assert await may("agent-1", "intelligence"), "the share goes on"
    await bench.step("unshare", who=chief, agency="intelligence")
    assert bench.told().assigned == ("officer-1",)
    await bench.step("share", who=chief, agency="intelligence", until=LATER)
    await bench.step("assign", who=theirs, subject="agent-1")
    await bench.clock.advance(timedelta(days=7).total_seconds())
    again = utc_text(START + timedelta(days=14))
    await bench.step("share", who=bench.who("chief", "senior-officer"), agency="intelligence", until=again)
    assert bench.told().assigned == ("officer-1",), "a share that is over brings nobody back"


async def test_everybody_reads_the_cases_that_are_theirs_to_read(bench: ServiceBench):
    await bench.open()
    await bench.open("key-2", case_id="case-8", assigned=["officer-2"])
    await bench.open("key-3", who=bench.who("b", "supervisor", "traffic"), case_id="case-9", kind="traffic_operation")

    async def listed(who: dict[str, str], **query: str) -> list[str]:
        answer = await bench.send("GET", "/v1/cases", who=who, params=query)
        assert answer.status_code == 200, answer.text
        return [one["case_id"] for one in answer.json()["items"]]

    assert sorted(await listed(bench.who("boss", "supervisor"))) == ["case-7", "case-8"]
    assert await listed(bench.who("officer-1", "investigator")) == ["case-7"]
    assert await listed(bench.who("officer-1", "investigator"), mine="true") == ["case-7"]
    assert await listed(bench.who("boss", "supervisor"), mine="true") == []
    assert (await bench.send("GET", "/v1/cases/case-8", who=bench.who("officer-1", "operator"))).status_code == 403
    assert (await bench.send("GET", "/v1/cases/none", who=bench.who("boss", "supervisor"))).status_code == 404
    assert (await bench.send("GET", "/v1/cases", who=bench.who("a", "administrator"))).status_code == 403


async def test_pages_follow_one_another(bench: ServiceBench):
    for number in range(5):
        await bench.open(f"key-{number}", case_id=f"case-{number}")
        await bench.clock.advance(number % 2)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await bench.send("GET", "/v1/cases", params={"limit": "2"} | cursor)).json()
        seen += [one["case_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == [f"case-{number}" for number in range(5)]
    assert len(seen) == len(set(seen))


@pytest.mark.expects_errors("audit record")
async def test_every_use_is_on_record(bench: ServiceBench):
    await bench.open()
    intent, result = bench.gate.records()
    assert (intent.stage, result.stage, result.decision, result.operation) == ("intent", "result", "permit", "alter")
    assert result.case_id == "case-7"
    await bench.step("assign", subject="boss")
    refusal = bench.gate.records()[-1]
    assert (refusal.decision, refusal.case_id) == ("deny", "case-7")
    assert "A2.nobody-assigns-themselves" in refusal.reasons
    bench.gate.publisher.is_away = True
    assert (await bench.step("close", reason="solved")).status_code == 503
    assert bench.told().state == "open"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "hobby"},
        {"assigned": ["a\nb"]},
        {"assigned": "officer-1"},
        {"case_id": "Case 7"},
        {"reference": "<script>"},
        {"offence": "He did it"},
        {"closes_at": "tomorrow"},
        {"suspect": "Somebody"},
    ],
)
async def test_what_is_not_understood_is_refused(bench: ServiceBench, body: dict):
    answer = await bench.open(**body)
    assert (answer.status_code, slug(answer)) == (422, "request-invalid")
    assert not bench.cases.stored
