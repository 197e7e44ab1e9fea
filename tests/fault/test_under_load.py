"""What real days bring: brokers that die, members that come and go, poison, a process that hangs; then the ledger."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from rasid.contract.topics import DETECTIONS
from tests.fault.conftest import dying_at
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.load import Load, alerts_of, check_ledger
from tests.support.town import Town, new_plate
from tools.demo.connecting import http_client
from tools.demo.services import Alerts

XML = "application/xml"
GROUP = "alerts"
# Whoever reads the topic has its own dead letters of it, and its own limit.
GROUPS = (GROUP, "search")

pytestmark = pytest.mark.timeout(240)


async def test_a_broker_killed_under_load_loses_nothing_that_was_promised(town: Town):
    wanted = [new_plate(), new_plate()]
    for plate in wanted:
        await town.watch(plate)
    kafka = killable(town.platform.engines.kafka)
    async with town.camera() as camera, asyncio.TaskGroup() as group:
        load = Load(town, camera, wanted)
        group.create_task(load.run())
        for _ in range(2):
            before = len(load.promised)
            await eventually(lambda before=before: len(load.promised) > before + 40, 60, "reads are taken")
            await kafka.kill()
            before = len(load.promised)
            await eventually(lambda before=before: len(load.promised) > before + 40, 60, "reads are kept meanwhile")
            await kafka.start()
        before = len(load.promised)
        await eventually(lambda: len(load.promised) > before + 40, 90, "reads are taken again")
        load.stop()
    assert load.unpromised == 0, "no camera has been told that its read is lost"
    await check_ledger(town, load)


async def test_three_members_that_come_and_go_count_every_read_once(town: Town, tmp_path: Path):
    wanted = [new_plate(), new_plate()]
    for plate in wanted:
        await town.watch(plate)
    members = [Alerts(tmp_path / name, town.platform.environment("alerts")) for name in ("second", "third")]
    async with town.camera() as camera, asyncio.TaskGroup() as group:
        load = Load(town, camera, wanted)
        group.create_task(load.run())
        await asyncio.gather(*(member.start() for member in members))
        await members[0].kill()
        await town.platform.alerts.stop()
        await members[0].start()
        await members[1].stop()
        await town.platform.alerts.start()
        before = len(load.promised)
        await eventually(lambda: len(load.promised) > before + 40, 60, "reads go on")
        load.stop()
    await check_ledger(town, load)
    await asyncio.gather(*(member.stop() for member in members))


async def poison(town: Town, count: int) -> None:
    """Put records that are no events onto the topic, in the name of three cameras."""
    producer = AIOKafkaProducer(bootstrap_servers=town.platform.engines.kafka.address)
    await producer.start()
    try:
        headers = [("ce_type", b"plate.read")]
        for number in range(count):
            key = f"liar-{number % 3}".encode()
            await producer.send_and_wait(DETECTIONS.name, b"{not an event", key, headers=headers)
    finally:
        await producer.stop()


async def test_poison_becomes_dead_letters_and_good_reads_ring(town: Town):
    kafka, plate = town.platform.engines.kafka.address, new_plate()
    await town.watch(plate)
    before = {group: len(await letters_of(kafka, group)) for group in GROUPS}
    async with town.camera() as camera, town.listening() as ears:
        await poison(town, 5)
        assert (await camera.post(XML, town.read(plate))).status_code == 200
        await eventually(lambda: ears.raised(plate), 20, "it rings")
    for group in GROUPS:
        letters = await eventually(lambda group=group: _grown(kafka, group, before[group] + 5), 20, f"{group} has them")
        assert all(letter.value == b"{not an event" for letter in letters[before[group] :])


async def letters_of(kafka: str, group: str) -> list:
    """The dead letters that one consumer group has written of detections."""
    letters = await ledger.records(kafka, DETECTIONS.dead_letter_name)
    return [letter for letter in letters if dict(letter.headers).get("rasid_group") == group.encode()]


async def _grown(kafka: str, group: str, count: int):
    letters = await letters_of(kafka, group)
    return letters if len(letters) >= count else None


async def test_the_dead_letter_limit_holds_with_the_offset_unmoved_until_resumed(town: Town):
    kafka, plate, alerts = town.platform.engines.kafka.address, new_plate(), town.platform.alerts
    await town.watch(plate)
    await poison(town, 150)
    async with http_client(alerts.address) as client:

        async def held():
            waiting = (await client.get("/ready")).json()["waiting"]
            return next((why for part, why in waiting.items() if part.startswith("dead letters")), None)

        why = await eventually(lambda: _with_command(held), 30, "the consumer is held and says how to resume it")
        letters = len(await letters_of(kafka, GROUP))
        async with town.camera() as camera:
            assert (await camera.post(XML, town.read(plate))).status_code == 200
            assert await alerts_of(town, plate) == []
            assert await undone(kafka) >= 50, "what is not yet a dead letter stays before the offset"
            assert len(await letters_of(kafka, GROUP)) == letters
            resume(kafka, GROUP)
            await eventually(lambda: alerts_of(town, plate), 30, "it goes on, and what waited rings")
        assert f"rasid dead-letters resume {DETECTIONS.name} {GROUP}" in why
        await eventually(lambda: _is_free(held), 20, "nothing holds it")
    assert await alerts_of(town, plate)
    await let_search_go_on(town)


async def let_search_go_on(town: Town) -> None:
    """Search has met the same poison and its own limit: alerts going on does not let it go on."""
    kafka = town.platform.engines.kafka.address
    async with http_client(town.platform.search.address) as client:

        async def is_ready() -> bool:
            return (await client.get("/ready")).is_success

        assert not await is_ready()
        resume(kafka, "search")
        await eventually(is_ready, 30, "search goes on")


async def _with_command(held):
    why = await held()
    return why if why and "resume" in why else None


async def _is_free(held) -> bool:
    return await held() is None


def resume(kafka: str, group: str) -> None:
    """As an operator does."""
    command = ["rasid", "dead-letters", "resume", DETECTIONS.name, group, "--kafka", kafka]
    subprocess.run([Path(sys.executable).parent / command[0], *command[1:]], check=True, timeout=60)


async def undone(kafka: str) -> int:
    """How many records lie behind the group's committed offsets."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(DETECTIONS.name, number) for number in range(DETECTIONS.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        return sum([ends[partition] - (await consumer.committed(partition) or 0) for partition in partitions])
    finally:
        await consumer.stop()


async def test_a_blocked_event_loop_ends_the_process_and_its_successor_rings(town: Town):
    plate, alerts = new_plate(), town.platform.alerts
    await town.watch(plate)
    alerts.configure({**town.platform.environment("alerts"), "RASID_WATCHDOG_SECONDS": "3"})
    await alerts.stop()
    await alerts.start()
    point = "services.alerts.store:MongoStore.save_ledger:blocks"
    async with town.camera() as camera:
        async with dying_at(alerts, point):
            assert (await camera.post(XML, town.read(plate))).status_code == 200
        alerts.configure(town.platform.environment("alerts"))
        await eventually(lambda: alerts_of(town, plate), 30, "it rings after the restart")
    assert len(await alerts_of(town, plate)) == 1
