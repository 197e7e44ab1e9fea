"""The ledger of search: whatever breaks, every acknowledged read stands exactly once, by its id, in some passage."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from rasid.contract.topics import DETECTIONS
from rasid.storage.mongo import Mongo
from services.search.passage import Passage
from services.search.store import MongoPassageStore
from tests.fault.conftest import dying_at
from tests.fault.test_under_load import Load
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.town import Town, new_plate

XML = "application/xml"
GROUP = "search"
ADD = "services.search.store:MongoPassageStore.add"
LEARN = "services.search.plate_store:MongoPlateStore.learn"
COMMIT = "rasid.stream.kafka_consumer:KafkaGroupConsumer.commit"

pytestmark = pytest.mark.timeout(240)


async def passages(town: Town) -> list[Passage]:
    """Everything that search has stored."""
    mongo = Mongo(town.platform.engines.mongo.address, "rasid_search", deadline_seconds=20)
    await mongo.start()
    try:
        store, found, last = MongoPassageStore(mongo), list[Passage](), ""
        while page := await store.after(last, 500):
            found += page
            last = page[-1].passage_id
        return found
    finally:
        await mongo.stop()


async def check_ledger(town: Town, seconds: float = 60) -> list[Passage]:
    """Each read on the topic stands once in some passage, and no passage has any other; returns the passages."""
    events = await ledger.events(town.platform.engines.kafka.address, DETECTIONS.name, "plate.read")
    published = {event.id for event in events}

    async def all_there() -> list[Passage] | None:
        found = await passages(town)
        return found if published <= {one for passage in found for one in passage.detection_ids} else None

    found = await eventually(all_there, seconds, "every read on the topic is in a passage")
    copies = Counter(one for passage in found for one in passage.detection_ids)
    assert {one for one, count in copies.items() if count > 1} == set()
    assert set(copies) == published
    return found


@pytest.mark.parametrize(
    ("point", "count"),
    [
        (f"{ADD}:before", 1),
        (f"{ADD}:after", 1),
        (f"{LEARN}:after", 1),
        (f"{COMMIT}:before", 1),
        (f"{COMMIT}:after", 1),
    ],
)
async def test_search_killed_between_effect_and_commit_keeps_every_read_once(town: Town, point: str, count: int):
    plate = new_plate()
    async with town.camera() as camera:
        async with dying_at(town.platform.search, point, count=count):
            promised = set()
            for _ in range(5):
                answer = await camera.post(XML, town.read(plate))
                assert answer.status_code == 200
                promised |= set(answer.json()["accepted"])
        after = await camera.post(XML, town.read(plate))
        promised |= set(after.json()["accepted"])
    found = await check_ledger(town)
    mine = [passage for passage in found if plate.replace(" ", "") in passage.plates]
    assert {one for passage in mine for one in passage.detection_ids} == promised
    assert len(mine) == 6


async def test_a_database_stopped_and_started_under_load_loses_and_doubles_nothing(town: Town):
    mongo = killable(town.platform.engines.mongo)
    async with town.camera() as camera, asyncio.TaskGroup() as group:
        load = Load(town, camera, [new_plate()])
        group.create_task(load.run())
        for end in (mongo.stop, mongo.kill):
            before = len(load.promised)
            await eventually(lambda before=before: len(load.promised) > before + 30, 60, "reads are taken")
            await end()
            during = len(load.promised)
            await eventually(lambda during=during: len(load.promised) > during + 20, 60, "reads go on without it")
            await mongo.start()
        before = len(load.promised)
        await eventually(lambda: len(load.promised) > before + 30, 90, "reads go on")
        load.stop()
    found = await check_ledger(town)
    assert load.promised <= {one for passage in found for one in passage.detection_ids}


async def test_replaying_the_whole_topic_into_the_same_store_changes_nothing(town: Town):
    async with town.camera() as camera:
        for _ in range(10):
            assert (await camera.post(XML, town.read(new_plate()))).status_code == 200
    before = await check_ledger(town)
    search = town.platform.search
    await search.stop()
    await rewind(town.platform.engines.kafka.address)
    await search.start()
    await eventually(lambda: is_done(town.platform.engines.kafka.address), 60, "the topic has been read again")
    assert await check_ledger(town) == before


async def rewind(kafka: str) -> None:
    """Let the group, which has no members now, begin with the first record there is."""
    async with offsets(kafka) as (consumer, partitions):
        starts = await consumer.beginning_offsets(partitions)
        await consumer.commit(starts)


async def is_done(kafka: str) -> bool:
    """Whether everything on the topic has been committed by the group."""
    async with offsets(kafka) as (consumer, partitions):
        ends = await consumer.end_offsets(partitions)
        return all([(await consumer.committed(partition) or 0) >= ends[partition] for partition in partitions])


@asynccontextmanager
async def offsets(kafka: str) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    """A consumer that only asks for and sets the group's offsets, and its partitions."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(DETECTIONS.name, number) for number in range(DETECTIONS.partitions)]
        consumer.assign(partitions)
        yield consumer, partitions
    finally:
        await consumer.stop()
