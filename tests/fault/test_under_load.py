"""What real days bring: brokers that die, members that come and go, poison, a process that hangs; then the ledger."""

import asyncio
import itertools
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from rasid.contract.topics import ALERTS, DETECTIONS
from tests.fault.conftest import NORMAL, dying_at
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.town import Town, new_plate
from tools.demo.services import Alerts

XML = "application/xml"
GROUP = "alerts"

pytestmark = pytest.mark.timeout(240)


class Load:
    """Posts reads of a few wanted plates and many others until told to stop; remembers what was promised."""

    def __init__(self, town: Town, camera, wanted: list[str]) -> None:
        self.promised: set[str] = set()
        self.rings: dict[str, set[str]] = {plate: set() for plate in wanted}
        self.unpromised = 0
        self._town = town
        self._camera = camera
        self._plates = itertools.cycle([*wanted, *(new_plate() for _ in range(7))])
        self._stop = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as posts:
            for plate in self._plates:
                posts.create_task(self._post(plate))
                try:
                    async with asyncio.timeout(0.05):
                        await self._stop.wait()
                except TimeoutError:
                    continue
                return

    def stop(self) -> None:
        self._stop.set()

    async def _post(self, plate: str) -> None:
        try:
            answer = await self._camera.post(XML, self._town.read(plate))
        except httpx.TransportError:
            self.unpromised += 1
            return
        if answer.status_code != httpx.codes.OK:
            self.unpromised += 1
            return
        self.promised |= set(answer.json()["accepted"])
        if plate in self.rings:
            self.rings[plate] |= set(answer.json()["accepted"])


async def check_ledger(town: Town, load: Load) -> None:
    """Every promised event is on the topic; every wanted plate rang once, counting each promised sighting once."""
    kafka = town.platform.engines.kafka.address
    published = {event.id for event in await ledger.events(kafka, DETECTIONS.name, "plate.read")}
    assert load.promised <= published
    async with town.officer() as officer:
        for plate, promised in load.rings.items():

            async def counted(plate=plate, promised=promised):
                """A post that was not promised may have arrived all the same: then it counts as well, once."""
                reads, mine = await reads_of(town, plate), await alerts_of(town, plate)
                alerts = [(await officer.alert(alert_id)).json() for alert_id in mine]
                return promised <= set(reads) and sum(alert["count"] for alert in alerts) == len(set(reads.values()))

            await eventually(counted, 60, f"every read of {plate} counts once")
            assert len(await alerts_of(town, plate)) == 1, "reads within one passage window are one alert"


async def alerts_of(town: Town, plate: str) -> list[str]:
    events = await ledger.events(town.platform.engines.kafka.address, ALERTS.name, "alert.raised")
    mine = {event.data.alert_id for event in events if event.data.plate.read.replace(" ", "") == plate.replace(" ", "")}
    return sorted(mine)


async def reads_of(town: Town, plate: str) -> dict[str, str]:
    """The reads of a plate on the topic: event id and sighting id."""
    events = await ledger.events(town.platform.engines.kafka.address, DETECTIONS.name, "plate.read")
    mine = [event for event in events if event.data.plate.text == plate.replace(" ", "")]
    return {event.id: event.data.sighting_id for event in mine}


async def test_a_broker_killed_under_load_loses_nothing_that_was_promised(town: Town):
    wanted = [new_plate(), new_plate()]
    for plate in wanted:
        await town.watch(plate)
    kafka = town.platform.engines.kafka
    async with town.camera() as camera, asyncio.TaskGroup() as group:
        load = Load(town, camera, wanted)
        group.create_task(load.run())
        for _ in range(2):
            before = len(load.promised)
            await eventually(lambda before=before: len(load.promised) > before + 40, 60, "reads are taken")
            await kafka.kill()
            lost = load.unpromised
            await eventually(lambda lost=lost: load.unpromised > lost, 30, "posts are refused honestly")
            await kafka.start()
        before = len(load.promised)
        await eventually(lambda: len(load.promised) > before + 40, 90, "reads are taken again")
        load.stop()
    await check_ledger(town, load)


async def test_three_members_that_come_and_go_count_every_read_once(town: Town, tmp_path: Path):
    wanted = [new_plate(), new_plate()]
    for plate in wanted:
        await town.watch(plate)
    members = [Alerts(tmp_path / name, town.platform.environment()) for name in ("second", "third")]
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
    before = len(await ledger.records(kafka, DETECTIONS.dead_letter_name))
    async with town.camera() as camera, town.listening() as ears:
        await poison(town, 5)
        assert (await camera.post(XML, town.read(plate))).status_code == 200
        await eventually(lambda: ears.raised(plate), 20, "it rings")
    letters = await eventually(lambda: _grown(kafka, before + 5), 20, "the dead letters are there")
    assert all(letter.value == b"{not an event" for letter in letters[before:])


async def _grown(kafka: str, count: int):
    letters = await ledger.records(kafka, DETECTIONS.dead_letter_name)
    return letters if len(letters) >= count else None


async def test_the_dead_letter_limit_holds_with_the_offset_unmoved_until_resumed(town: Town):
    kafka, plate, alerts = town.platform.engines.kafka.address, new_plate(), town.platform.alerts
    await town.watch(plate)
    await poison(town, 150)
    async with httpx.AsyncClient(base_url=alerts.address) as client:

        async def held():
            waiting = (await client.get("/ready")).json()["waiting"]
            return next((why for part, why in waiting.items() if part.startswith("dead letters")), None)

        why = await eventually(lambda: _with_command(held), 30, "the consumer is held and says how to resume it")
        letters = len(await ledger.records(kafka, DETECTIONS.dead_letter_name))
        async with town.camera() as camera:
            assert (await camera.post(XML, town.read(plate))).status_code == 200
            assert await alerts_of(town, plate) == []
            assert await undone(kafka) >= 50, "what is not yet a dead letter stays before the offset"
            assert len(await ledger.records(kafka, DETECTIONS.dead_letter_name)) == letters
            resume(kafka)
            await eventually(lambda: alerts_of(town, plate), 30, "it goes on, and what waited rings")
        assert f"rasid dead-letters resume {DETECTIONS.name} {GROUP}" in why
        await eventually(lambda: _is_free(held), 20, "nothing holds it")
    assert await alerts_of(town, plate)


async def _with_command(held):
    why = await held()
    return why if why and "resume" in why else None


async def _is_free(held) -> bool:
    return await held() is None


def resume(kafka: str) -> None:
    """As an operator does."""
    command = ["rasid", "dead-letters", "resume", DETECTIONS.name, GROUP, "--kafka", kafka]
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
    alerts.configure({**town.platform.environment(), "RASID_WATCHDOG_SECONDS": "3"})
    point = "services.alerts.store:MongoStore.save_ledger:blocks"
    async with town.camera() as camera:
        async with dying_at(alerts, point):
            assert (await camera.post(XML, town.read(plate))).status_code == 200
        alerts.configure(town.platform.environment())
        await eventually(lambda: alerts_of(town, plate), 30, "it rings after the restart")
    assert alerts.launcher == NORMAL
    assert len(await alerts_of(town, plate)) == 1
