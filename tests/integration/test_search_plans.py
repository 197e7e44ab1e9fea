"""How pages are found: by an index, in its order, and from no more than the piece of the window that is asked for.

The plans are those that SecantusDB's Rust server explains, in the words of MongoDB.
"""

from datetime import timedelta

import pytest
from pymongo import AsyncMongoClient

from rasid.runtime.ids import RandomIds
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.testing.clock import START
from services.search.indexes import INDEXES
from services.search.passage_filters import MOST_ARMS, filters
from services.search.ports import PassageQuery
from services.search.store import LATEST_FIRST, PASSAGES, MongoPassageStore
from services.search.stretches import Moment, Stretch
from services.search.tiers import EARLIEST, LATEST, Window
from tests.support.lasting import lasting
from tests.unit.search.making import passage

NOW = START + timedelta(minutes=5)
ALWAYS = Window(EARLIEST, LATEST, EARLIEST)
PIECES = [Stretch(START, START + timedelta(seconds=15)), Moment(START + timedelta(seconds=10), "~")]
IN_ORDER = {"_".join(f"{name}_{way}" for name, way in index.keys) for index in INDEXES if len(index.keys) > 1}
SOME = [f"cam-{number}" for number in range(20)]
ASKED = {
    "time": {},
    "cameras": {"camera_ids": SOME},
    "one camera": {"camera_ids": SOME[:1]},
    "sites": {"site_ids": ["site-1", "site-2"]},
    "cameras of sites": {"camera_ids": SOME, "site_ids": ["site-1"]},
    "plates": {"plates": ["13A1", "13A2"]},
}


@pytest.fixture
async def database(secantus_rs):
    database = Mongo(secantus_rs.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=20)
    await database.start()
    await ensure_indexes(database, lasting(INDEXES))
    yield database
    await database.stop()


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: type(piece).__name__)
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_a_page_comes_by_an_index_and_no_other_row_is_looked_at(secantus_rs, database, asked, piece):
    parts = [
        passage(f"13A{number % 9}", seen=number, track=str(number), camera_id=SOME[number % 20], site_id="site-1")
        for number in range(300)
    ]
    await MongoPassageStore(database).add(parts)
    (wanted,) = filters(PassageQuery(window=ALWAYS, **asked), piece, NOW)
    async with AsyncMongoClient(secantus_rs.address) as client:
        rows = client[database._name][PASSAGES].find(wanted).sort(list(LATEST_FIRST)).limit(51)
        plan = await rows.explain()
    stages = set(named(plan["queryPlanner"]["winningPlan"], "stage"))
    assert "IXSCAN" in stages
    assert not stages & {"COLLSCAN", "SORT"}
    assert set(named(plan["queryPlanner"]["winningPlan"], "indexName")) <= IN_ORDER
    assert plan["executionStats"]["totalDocsExamined"] <= 20


def test_more_values_than_can_be_merged_in_order_are_more_questions():
    cameras = [f"cam-{number}" for number in range(2 * MOST_ARMS + 1)]
    asked = filters(PassageQuery(window=ALWAYS, camera_ids=cameras), PIECES[0], NOW)
    assert [len(one["$or"]) for one in asked] == [MOST_ARMS, MOST_ARMS, 1]
    assert {arm["camera_id"] for one in asked for arm in one["$or"]} == set(cameras)
    assert filters(PassageQuery(window=ALWAYS, plates=[]), PIECES[0], NOW) == []


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: type(piece).__name__)
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_no_plan_in_a_pages_order_can_read_more_than_the_piece(asked, piece):
    """MongoDB considers an index when its first field is asked for; decision 0023 says why one without order loses."""
    (wanted,) = filters(PassageQuery(window=ALWAYS, **asked), piece, NOW)
    indexes = [index.keys for index in INDEXES if index.collection == PASSAGES]
    for conditions in (wanted, *wanted.get("$or", ())):
        considered = [keys for keys in indexes if keys[0][0] in conditions]
        assert considered
        for keys in considered:
            is_in_order = tuple(keys[-2:]) == LATEST_FIRST
            assert "captured_at" in conditions if is_in_order else keys == (("expires_at", 1),)


def named(tree, name):
    """Every value of that name in a tree."""
    if isinstance(tree, dict):
        yield from (value for key, value in tree.items() if key == name)
        yield from (found for value in tree.values() for found in named(value, name))
    elif isinstance(tree, list):
        yield from (found for value in tree for found in named(value, name))
