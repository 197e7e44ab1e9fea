"""Taking the passages out of a real database and making an empty one from them."""

import asyncio
import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from rasid.contract.topics import AUDIT, TOPICS
from rasid.errors import ConfigurationError, Unavailable
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.recording import Recorder
from rasid.identity.sealing import Sealer, public_half
from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.storage.mongo import Mongo
from rasid.stream.admin import ensure_topics
from rasid.testing.clock import START, ManualClock
from rasid.testing.identity import SEAL_PRIVATE
from rasid.testing.publishing import RecordingPublisher
from services.search.camera_day import Link, heard
from services.search.camera_store import MongoCameraStore
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon
from services.search.plate_store import MongoPlateStore
from services.search.store import MongoPassageStore
from tests.support import ledger
from tests.unit.search.making import RETENTION, passage
from tools.cli import main
from tools.search.export import Export, Progress, Responsible
from tools.search.rebuild import Rebuild

COUNT = 750
NOW = START + timedelta(hours=1)
WHO = Responsible("officer-7", "police", "case-12", "stolen-vehicle")
DAYS = [heard("cam-1", START), heard("cam-2", START, Link(START, is_up=False, event_id="event-1"))]


class Stores:
    def __init__(self, mongo: Mongo) -> None:
        self.lexicon, self.knowledge = Lexicon(), Knowledge()
        self.passages = MongoPassageStore(mongo)
        self.plates = MongoPlateStore(mongo, self.lexicon)
        self.cameras = MongoCameraStore(mongo, self.knowledge, RETENTION)

    async def everything(self):
        return await self.passages.after("", 10_000)


@pytest.fixture
async def databases(mongo):
    opened = [Mongo(mongo.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=30) for _ in range(2)]
    for database in opened:
        await database.start()
    yield [Stores(database) for database in opened]
    for database in opened:
        await database.stop()


class Desk:
    def __init__(self, file: Path, stores: Stores) -> None:
        self.file, self.stores = file, stores
        self.publisher = RecordingPublisher()
        self.clock = ManualClock(NOW)

    async def fill(self):
        await self.stores.cameras.begin(START)
        await self.stores.passages.add([passage(f"13A{number % 50}", track=str(number)) for number in range(COUNT)])
        await self.stores.passages.add([passage(seen=seen, track="twice") for seen in (0, 500)])
        await self.stores.cameras.heard(DAYS)

    async def export(self, told: Progress = lambda _: None) -> int:
        keys = Pseudonyms("5a" * 32), Sealer(public_half(SEAL_PRIVATE))
        recorder = Recorder(self.publisher, *keys, self.clock, RandomIds(), "search", "sha256:" + "0" * 64)
        return await Export(self.file, self.stores.passages, self.stores.cameras, recorder, WHO).run(told)

    def records(self, stage):
        return [event.data for event in self.publisher.of("audit.recorded") if event.data.stage == stage]


@pytest.fixture
async def desk(databases, tmp_path):
    desk = Desk(tmp_path / "passages.ndjson", databases[0])
    await desk.fill()
    return desk


async def rebuild(desk, stores, at=NOW, told: Progress = lambda _: None) -> int:
    return await Rebuild(stores.passages, stores.plates, stores.cameras, ManualClock(at)).run(desk.file, told)


async def test_an_empty_database_made_from_an_export_is_the_same_and_stays_so_when_it_is_done_again(desk, databases):
    assert await desk.export() == COUNT + 2
    before = await desk.stores.everything()
    fresh = databases[1]
    for _ in range(2):
        assert await rebuild(desk, fresh) == COUNT + 2
        assert await fresh.everything() == before
    assert all(fresh.knowledge.has(day) for day in DAYS)
    assert fresh.knowledge.since == START
    assert len(fresh.lexicon) == 51
    # What comes in again is known there as it was here.
    assert (await fresh.passages.add([passage(seen=seen, track="twice") for seen in (500, 0)])).known == 1


async def test_both_tell_how_far_they_are_and_never_more_than_is_done(desk, databases):
    written: list[int] = []
    await desk.export(written.append)
    assert sum(written) == COUNT + 2
    assert max(written) <= 100
    there: list[tuple[int, int]] = []
    ends = list(itertools.accumulate(len(line) for line in desk.file.read_bytes().splitlines(keepends=True)))

    def told(size_bytes: int) -> None:
        there.append((size_bytes, len(databases[1].lexicon)))

    await rebuild(desk, databases[1], told=told)
    sizes = [size for size, _ in there]
    assert len(sizes) > 1
    assert set(itertools.accumulate(sizes)) <= set(ends)
    assert sum(sizes) == desk.file.stat().st_size
    assert all(plates for _, plates in there)


async def test_every_piece_is_on_record_before_it_is_in_the_file(desk):
    await desk.export()
    (intent,), (result,), chunks = (desk.records(stage) for stage in ("intent", "result", "chunk"))
    assert (intent.actor.subject, intent.case_id, intent.purpose) == ("officer-7", "case-12", "stolen-vehicle")
    assert result.result_count == sum(chunk.result_count for chunk in chunks) == COUNT + 2
    assert all(chunk.result_count <= 100 and chunk.subjects for chunk in chunks)
    assert len({chunk.audit_id for chunk in chunks}) == len(chunks)
    assert desk.file.stat().st_mode & 0o777 == 0o600


async def test_without_the_audit_log_nothing_is_written(desk):
    desk.publisher.is_away = True
    with pytest.raises(Unavailable):
        await desk.export()
    assert list(desk.file.parent.iterdir()) == []


async def test_an_export_that_was_broken_off_goes_on_where_it_was(desk, databases, monkeypatch):
    after, asked = desk.stores.passages.after, []

    async def breaks_off(last, limit):
        asked.append(last)
        if len(asked) == 4:
            raise Unavailable("the database", "the test took it away")
        return await after(last, limit)

    monkeypatch.setattr(desk.stores.passages, "after", breaks_off)
    with pytest.raises(Unavailable):
        await desk.export()
    draft = desk.file.with_name("passages.ndjson.part")
    with draft.open("ab") as out:
        out.write(b'{"type":"passage","passage":{"passage_')
    assert await desk.export() == COUNT + 2
    assert asked[4] == asked[3]
    assert not draft.exists()
    assert await rebuild(desk, databases[1]) == COUNT + 2
    assert await databases[1].everything() == await desk.stores.everything()


async def test_what_has_expired_since_is_not_brought_back(desk, databases):
    await desk.export()
    assert await rebuild(desk, databases[1], at=START + RETENTION + timedelta(hours=1)) == 0
    assert await databases[1].everything() == []
    assert not databases[1].lexicon.outlasts("13A1", START)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text[:-40], "line"),
        (lambda text: text[: text[:-1].rindex(b"\n") + 1], "does not end"),
        (lambda text: b"{}\n" + text, "line 1"),
        (lambda text: text.replace(b'"passage"', b'"passenger"', 1), "line"),
        (lambda _: b"", "does not end"),
    ],
)
async def test_a_file_that_is_no_whole_export_is_said_to_be_none(desk, databases, spoil, says):
    await desk.export()
    desk.file.write_bytes(spoil(desk.file.read_bytes()))
    with pytest.raises(ConfigurationError, match=says):
        await rebuild(desk, databases[1])


@pytest.mark.parametrize("command", [["search"], ["search", "export"], ["search", "rebuild"]])
def test_the_commands_explain_themselves(command):
    shown = CliRunner().invoke(main, [*command, "--help"])
    assert shown.exit_code == 0
    assert "Example" in shown.output


def test_the_commands_move_a_store_and_put_it_on_record(kafka, mongo, tmp_path):
    old, new = (f"test_{RandomIds().new()[:8]}" for _ in range(2))
    asyncio.run(ensure_topics(kafka.address, TOPICS, brokers=kafka.brokers))
    asyncio.run(_fill(mongo.address, old))
    file = tmp_path / "passages.ndjson"
    who = ["--by", "officer-7", "--agency", "police", "--case", "case-12", "--purpose", "stolen-vehicle"]
    engines = ["--mongo", mongo.address, "--database", old, "--kafka", kafka.address]
    key = {"RASID_PSEUDONYM_KEY": "5a" * 32, "RASID_SEAL_KEY": "5a" * 32}
    taken = CliRunner().invoke(main, ["search", "export", str(file), *engines, *who], env=key)
    assert taken.exit_code == 0, taken.output
    assert "3 passages are in" in taken.output
    again = CliRunner().invoke(main, ["search", "export", str(file), *engines, *who], env=key)
    assert again.exit_code != 0
    assert "is there already" in again.output
    put = CliRunner().invoke(main, ["search", "rebuild", str(file), "--mongo", mongo.address, "--database", new])
    assert put.exit_code == 0, put.output
    assert "3 passages of" in put.output
    records = asyncio.run(ledger.events(kafka.address, AUDIT.name, "audit.recorded"))
    mine = [event.data.stage for event in records if event.data.route == "rasid search export"]
    assert mine == ["intent", "chunk", "result"]


async def _fill(address: str, name: str) -> None:
    database = Mongo(address, name, deadline_seconds=30)
    await database.start()
    stores, now = Stores(database), SystemClock().now()
    await stores.cameras.begin(now)
    seen = [(now - START).total_seconds() + number for number in range(3)]
    await stores.passages.add([passage(seen=at, track=str(at)) for at in seen])
    await database.stop()
