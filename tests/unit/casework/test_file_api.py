"""The file of a case: it only grows, it is used under its own case, and what rang for the case is in it by itself."""

from typing import Any

import httpx
import pytest

from rasid.contract.alerts import AlertRaisedV1, Match, PlatePair
from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.stream.received import Received
from rasid.testing.builders import clip_stored
from rasid.testing.clock import START
from services.casework.handlers import SelfLinks
from tests.unit.casework.service import ServiceBench, slug


class Filing:
    """`officer-1` investigates under `case-7`."""

    def __init__(self, bench: ServiceBench) -> None:
        self.bench = bench
        self.keys = 0

    def who(self, role: str = "investigator", case: str = "case-7", **claims: Any) -> dict[str, str]:
        return self.bench.gate.headers(roles=(role,), case=case, **claims)

    async def write(self, path: str, *, who: Any = None, key: str | None = None, **body: Any) -> httpx.Response:
        self.keys += 1
        await self.bench.clock.advance(1)
        return await self.bench.send(
            "POST",
            f"/v1/cases/case-7/{path}",
            who=who or self.who(),
            headers={"Idempotency-Key": key or f"key-{self.keys}"},
            json=body,
        )

    async def read(self, path: str, who: Any = None, **query: str) -> Any:
        answer = await self.bench.send("GET", f"/v1/cases/case-7/{path}", who=who or self.who(), params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def timeline(self) -> list[str]:
        found, cursor = [], {"limit": "2"}
        while True:
            page = await self.read("timeline", **cursor)
            found += [one["text"] or one["target_id"] or one["deed"] for one in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = {"limit": "2", "cursor": page["next_cursor"]}


@pytest.fixture
async def filing(bench: ServiceBench) -> Filing:
    await bench.open()
    bench.gate.put_case("case-7")
    return Filing(bench)


async def test_the_timeline_has_what_was_done_written_and_linked_newest_first(filing: Filing):
    await filing.write("notes", text="A second vehicle is named.")
    await filing.bench.clock.advance(1)
    await filing.bench.step("assign", subject="officer-2")
    await filing.write("links", target_kind="passage", target_id="passage-9")
    found = await filing.timeline()
    assert found[:3] == ["passage-9", "assigned", "A second vehicle is named."]
    assert sorted(found[3:]) == ["assigned", "opened"]


async def test_a_note_stays_and_is_corrected_by_another(filing: Filing):
    first = (await filing.write("notes", text="A red car")).json()
    second = await filing.write("notes", text="A blue car", corrects=first["entry_id"])
    assert second.status_code == 201
    assert [one["text"] for one in (await filing.read("timeline"))["items"][:2]] == ["A blue car", "A red car"]
    unknown = await filing.write("notes", text="Green", corrects="nothing")
    assert (unknown.status_code, slug(unknown)) == (404, "note-unknown")
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await filing.bench.send(method, f"/v1/cases/case-7/notes/{first['entry_id']}", who=filing.who())
        assert answer.status_code in {404, 405}


async def test_a_link_holds_until_it_is_ended_and_both_lines_stay(filing: Filing):
    for _ in range(2):
        assert (await filing.write("links", target_kind="alert", target_id="alert-1")).status_code == 201
    await filing.write("links", target_kind="evidence", target_id="clip-1")
    assert [one["target_id"] for one in (await filing.read("links"))["items"]] == ["alert-1", "clip-1"]
    await filing.write("unlink", target_kind="alert", target_id="alert-1", reason="another-vehicle")
    assert [one["target_id"] for one in (await filing.read("links"))["items"]] == ["clip-1"]
    kinds = [one["kind"] for one in (await filing.read("timeline"))["items"]]
    assert (kinds.count("link"), kinds.count("unlink")) == (3, 1)


async def test_what_rang_and_was_recorded_for_the_case_links_itself_once(filing: Filing):
    raised = AlertRaisedV1(
        alert_id="alert-1",
        entry_id="entry-1",
        list_id="list-1",
        kind="plate",
        priority="high",
        is_historic=False,
        clock_suspicious=False,
        detection_id="read-1",
        sighting_id="sighting-1",
        camera_id="cam-1",
        site_id=None,
        captured_at=utc_text(START),
        received_at=utc_text(START),
        matched_at=utc_text(START),
        match=Match(mode="exact", score=1.0),
        plate=PlatePair(read="13A12345", entry="13A12345"),
        case_id="case-7",
        list_age_seconds=0,
    )
    events = [
        new_event("e-1", "/alerts", START, raised),
        clip_stored(case_id="case-7"),
        clip_stored(case_id=None, version=2),
    ]
    handle = SelfLinks(filing.bench.file_desk)
    for _ in range(2):
        await handle([Received(event, "topic", 0, 0, START) for event in events])
    links = (await filing.read("links"))["items"]
    assert sorted(one["target_kind"] for one in links) == ["alert", "evidence"]
    assert {one["by"] for one in links} == {None}
    assert "13A12345" not in repr(filing.bench.files.stored)


async def test_a_file_is_used_under_its_own_case_by_who_is_assigned(filing: Filing):
    other = await filing.write("notes", text="x", who=filing.who(case="case-1"))
    assert (other.status_code, slug(other)) == (403, "file-of-another-case")
    stranger = await filing.write("notes", text="x", who=filing.who(sub="officer-9"))
    assert slug(stranger) == "case-not-assigned"
    for role in ("operator", "senior-officer"):
        assert (await filing.write("notes", text="x", who=filing.who(role))).status_code == 403
        assert (await filing.read("links", filing.who(role)))["items"] == []
    filing.bench.gate.put_case("case-7", state="closed", version=2)
    assert slug(await filing.write("notes", text="x")) == "case-closed"
    assert not filing.bench.files.stored


async def test_the_file_of_a_closed_case_is_read_by_nobody_until_it_is_reopened_which_is_in_it(filing: Filing):
    """Accountability A2: under a case that is closed nothing is disclosed. What was done with it stays to be read."""
    await filing.write("notes", text="A red car")
    await filing.bench.step("close", reason="solved")
    filing.bench.gate.put_case("case-7", state="closed", version=2)
    for path in ("timeline", "links"):
        for role in ("investigator", "supervisor", "senior-officer"):
            for case in ("case-7", "case-1"):
                who = filing.who(role, case)
                answer = await filing.bench.send("GET", f"/v1/cases/case-7/{path}", who=who)
                assert (answer.status_code, "A red car" in answer.text) == (403, False), (path, role, case)
    history = (await filing.bench.send("GET", "/v1/cases/case-7")).json()["history"]
    assert [line["deed"] for line in history][-1] == "closed"
    await filing.bench.step("reopen", reason="appeal")
    filing.bench.gate.put_case("case-7", version=3)
    assert {"A red car", "closed", "reopened"} <= set(await filing.timeline())


async def test_the_same_request_again_is_the_same_line(filing: Filing):
    first = await filing.write("notes", text="A red car", key="same")
    again = await filing.write("notes", text="A red car", key="same")
    assert first.json() == again.json()
    assert slug(await filing.write("notes", text="A blue car", key="same")) == "idempotency-key-used"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("notes", {"text": ""}),
        ("notes", {"text": "a\x00b"}),
        ("notes", {"text": "x" * 4_001}),
        ("links", {"target_kind": "person", "target_id": "1"}),
        ("links", {"target_kind": "alert", "target_id": "../1"}),
        ("unlink", {"target_kind": "alert", "target_id": "1"}),
        ("unlink", {"target_kind": "alert", "target_id": "1", "reason": "He was wrong"}),
    ],
)
async def test_what_is_not_understood_is_refused(filing: Filing, path: str, body: dict):
    assert (await filing.write(path, **body)).status_code == 422
    assert not filing.bench.files.stored
