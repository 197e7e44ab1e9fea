"""Reads posted under load, what was promised of them, and the ledger of it: nothing lost, nothing counted twice."""

import asyncio
import itertools

import httpx

from rasid.contract.topics import ALERTS, DETECTIONS
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.town import Town, new_plate

XML = "application/xml"


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

    async def published() -> bool:
        """What was promised while the broker was away follows from the spool."""
        events = await ledger.events(kafka, DETECTIONS.name, "plate.read")
        return load.promised <= {event.id for event in events}

    await eventually(published, 60, "every promised read is on the topic")
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
