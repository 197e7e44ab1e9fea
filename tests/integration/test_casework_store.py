"""Cases and authorizations in a real database: what a step may change, what waits to be told, what is found."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rasid.contract.codec import from_structured
from rasid.contract.fields import Location, parse_utc, utc_text
from rasid.runtime.clock import SystemClock
from rasid.runtime.paging import Cursor
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.storage.outbox import MongoOutbox
from services.casework import authorization
from services.casework import case as steps
from services.casework.authorization import Authorization, DecisionTimes, Terms
from services.casework.case import Actor, Case, next_version, opened
from services.casework.file import Entry
from services.casework.file_store import MongoFiles
from services.casework.indexes import INDEXES
from services.casework.ports import AuthorizationQuery, CaseQuery
from services.casework.store import AUTHORIZATIONS, CASES, MongoAuthorizations, MongoCases

NOW = parse_utc(utc_text(SystemClock().now()))
BOSS = Actor(NOW, "boss", "police")


@pytest.fixture
async def database(mongo) -> AsyncIterator[Mongo]:
    connection = Mongo(mongo.address, f"test_{secrets.token_hex(4)}")
    await connection.start()
    await ensure_indexes(connection, INDEXES)
    yield connection
    await connection.stop()


def a_case(case_id: str, *, minutes: int = 0, assigned: tuple[str, ...] = ("amal",), **changes: Any) -> Case:
    at = NOW + timedelta(minutes=minutes)
    fields: dict[str, Any] = {
        "case_id": case_id,
        "agency": "police",
        "kind": "investigation",
        "opened_by": "boss",
        "opened_at": at,
        "closes_at": None,
        "version": next_version(0, at),
        "request_sha256": case_id,
    }
    return opened(Case(**(fields | changes)), assigned)


async def told(database: Mongo) -> list[Any]:
    waiting = await MongoOutbox(database, [CASES], SystemClock()).oldest(100)
    return [from_structured(one.event_json).data for one in waiting]


async def test_a_case_and_each_step_are_written_with_what_tells_them(database):
    store, case = MongoCases(database), a_case("case-1")
    assert await store.add(case) == case
    assert await store.add(replace(case, agency="traffic")) == case
    closed = steps.close(case, "solved", BOSS)
    assert await store.save(closed, case.version)
    assert await store.one("case-1") == closed
    assert [(one.state, one.version) for one in await told(database)] == [
        ("open", case.version),
        ("closed", closed.version),
    ]


async def test_of_two_steps_on_one_version_one_is_taken_and_told(database):
    store, case = MongoCases(database), a_case("case-1")
    await store.add(case)
    people = [steps.assign(case, f"officer-{number}", BOSS) for number in range(8)]
    done = await asyncio.gather(*(store.save(one, case.version) for one in people))
    assert done.count(True) == 1
    found = await store.one("case-1")
    assert found == people[done.index(True)]
    assert len(await told(database)) == 2


async def test_a_page_has_ones_own_cases_and_the_shared_ones_and_the_next_goes_on(database):
    store = MongoCases(database)
    chief = Actor(NOW, "chief", "intelligence")
    foreign = a_case("case-shared", agency="intelligence", minutes=7)
    await store.add(foreign)
    await store.save(steps.share(foreign, "police", NOW + timedelta(days=1), chief), foreign.version)
    await store.add(a_case("case-foreign", agency="intelligence"))
    for number in range(5):
        await store.add(a_case(f"case-{number}", minutes=number // 2, assigned=("amal",) if number == 3 else ()))
    first = await store.page(CaseQuery(agency="police", limit=4))
    after = Cursor(first[-1].opened_at, first[-1].case_id)
    rest = await store.page(CaseQuery(agency="police", after=after, limit=4))
    assert [one.case_id for one in first + rest] == ["case-shared", "case-4", "case-3", "case-2", "case-1", "case-0"]
    assert not first[0].history
    mine = await store.page(CaseQuery(agency="police", subject="amal", state="open", kind="investigation"))
    assert [one.case_id for one in mine] == ["case-shared", "case-3"]
    assert await store.page(CaseQuery(agency="police", state="closed")) == []


async def test_what_has_run_out_is_found_once_its_end_has_come(database):
    store = MongoCases(database)
    ends = {"past": -1, "now": 0, "later": 1}
    for name, minutes in ends.items():
        await store.add(a_case(name, closes_at=NOW + timedelta(minutes=minutes)))
    await store.add(a_case("never"))
    late = await store.run_out(NOW, 10)
    assert [one.case_id for one in late] == ["past", "now"]
    (closed, *_) = (steps.close(one, "ran-out", Actor(NOW)) for one in late)
    assert await store.save(closed, late[0].version)
    assert [one.case_id for one in await store.run_out(NOW, 10)] == ["now"]


def asked_for(
    authorization_id: str, *, minutes: int = 0, agency: str = "police", case_id: str = "case-1"
) -> Authorization:
    terms = Terms(
        objective="find-missing-person",
        legal_basis="ccp-art-74",
        authority="judge-2",
        decision_number="2026/311",
        is_urgent=False,
        valid_from=NOW,
        valid_to=NOW + timedelta(days=7),
        area=tuple(Location(31.0 + at, 47.0) for at in range(3)),
        entry_ids=("entry-1",),
    )
    actor = Actor(NOW + timedelta(minutes=minutes), "amal", agency)
    day = timedelta(days=1)
    times = DecisionTimes(approval=day, submission=day, decision=2 * day)
    return authorization.request(
        authorization_id, terms, actor, times, case_id=case_id, request_sha256=authorization_id
    )


async def test_an_authorization_is_kept_as_it_is_with_what_tells_it(database):
    store, asked = MongoAuthorizations(database), asked_for("auth-1")
    assert await store.add(asked) == asked
    assert await store.one("auth-1") == asked
    revoked = authorization.revoke(asked, "person-found", BOSS)
    assert await store.save(revoked, asked.version)
    assert not await store.save(revoked, asked.version)
    assert await store.one("auth-1") == revoked
    waiting = await MongoOutbox(database, [AUTHORIZATIONS], SystemClock()).oldest(10)
    states = [from_structured(one.event_json).data for one in waiting]
    assert [one.state for one in states] == ["requested", "revoked"]
    assert states[0].area == asked.terms.area


async def test_authorizations_are_found_by_agency_case_and_state_page_by_page(database):
    store = MongoAuthorizations(database)
    for number in range(4):
        await store.add(asked_for(f"auth-{number}", minutes=number // 2))
    await store.add(asked_for("auth-other-case", case_id="case-2"))
    await store.add(asked_for("auth-theirs", agency="intelligence"))
    first = await store.page(AuthorizationQuery(agency="police", case_id="case-1", limit=3))
    after = Cursor(first[-1].consent.asked_at, first[-1].authorization_id)
    rest = await store.page(AuthorizationQuery(agency="police", case_id="case-1", after=after, limit=3))
    assert [one.authorization_id for one in first + rest] == ["auth-3", "auth-2", "auth-1", "auth-0"]
    assert len(await store.live()) == 6
    ended = authorization.expire(first[0], Actor(NOW))
    assert await store.save(ended, first[0].version)
    assert len(await store.live()) == 5
    assert await store.page(AuthorizationQuery(agency="police", state="expired")) == [ended]


async def test_closed_cases_are_told_from_open_ones(database):
    store, closed = MongoCases(database), a_case("closed")
    await store.add(closed)
    await store.add(a_case("open"))
    await store.save(steps.close(closed, "solved", BOSS), closed.version)
    assert await store.closed({"closed", "open", "unknown"}) == {"closed"}


async def test_lines_of_a_file_are_written_once_and_found_newest_first(database):
    store = MongoFiles(database)
    lines = [
        Entry(
            entry_id=f"line-{number}",
            case_id="case-1",
            kind="note" if number % 2 else "link",
            at=NOW + timedelta(minutes=number // 2),
            by="amal",
            agency="police",
        )
        for number in range(5)
    ]
    for one in lines:
        assert await store.write(one) == one
    assert await store.write(replace(lines[0], by="boss")) == lines[0]
    await store.write(replace(lines[0], entry_id="other", case_id="case-2"))
    first = await store.page("case-1", None, 3)
    after = Cursor(first[-1].at, first[-1].entry_id)
    assert [one.entry_id for one in first + await store.page("case-1", after, 3)] == [
        f"line-{number}" for number in (4, 3, 2, 1, 0)
    ]
    assert [one.entry_id for one in await store.links("case-1")] == ["line-0", "line-2", "line-4"]
