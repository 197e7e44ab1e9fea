"""The alerts service as it runs: a process of its own on a real broker and a real database."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.detections import TimeQuality
from rasid.contract.envelope import Event
from rasid.contract.fields import utc_text
from rasid.contract.topics import ALERTS, TOPICS
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.stream.admin import ensure_topics
from rasid.stream.producer import KafkaProducer
from rasid.testing.builders import case_state, plate_read
from tests.support import ledger
from tests.support.casework import casework_alive
from tests.support.eventually import eventually
from tests.support.town import UNHURRIED
from tools.demo.connecting import http_client
from tools.demo.listening import LiveEvent, parse
from tools.demo.services import Alerts
from tools.engines import ports
from tools.keys import ensure_keys, issue

OFFICER = "officer-1"
CLOCK = SystemClock()


class Replica(Alerts):
    """The service on a port that nothing else on this machine asks for first."""

    def port_candidates(self) -> Iterable[int]:
        return ports.candidates(range(26000, 28000), self.folder)


@dataclass
class Desk:
    """The service, and what people and cameras do with it. Every name is made up anew."""

    service: Alerts
    bootstrap: str
    keys: Any
    case_id: str = field(default_factory=lambda: f"case-{secrets.token_hex(4)}")

    def headers(self, lifetime_seconds: float = 600) -> dict[str, str]:
        token = issue(self.keys, OFFICER, "police", ["investigator"], lifetime_seconds=lifetime_seconds, clock=CLOCK)
        return {
            "Authorization": f"Bearer {token}",
            "Rasid-Case": self.case_id,
            "Rasid-Purpose": "stolen-vehicle",
        }

    @asynccontextmanager
    async def http(self) -> AsyncIterator[httpx.AsyncClient]:
        async with http_client(self.service.address, headers=self.headers(), timeout=20) as client:
            yield client

    async def publish(self, *events: Event[Any]) -> None:
        metrics = Metrics(CollectorRegistry())
        async with KafkaProducer(self.bootstrap, "test", clock=CLOCK, metrics=metrics, deadline_seconds=10) as producer:
            for event in events:
                await producer.publish(event)

    async def open_case(self) -> None:
        await self.publish(case_state(self.case_id))
        async with self.http() as client:
            await eventually(lambda: _is_ok(client), 20, "the service knows the case")

    async def look_for(self, plate: str, **terms: str) -> dict[str, Any]:
        async with self.http() as client:
            answer = await client.post(
                "/v1/watchlists/wanted/entries",
                json={"plate": plate, "reason": "stolen-vehicle"} | terms,
                headers={"Idempotency-Key": secrets.token_hex(8)},
            )
            assert answer.status_code == 201, answer.text
            entry: dict[str, Any] = answer.json()
            return entry

    async def raised(self, plate: str) -> list[Event[Any]]:
        found = await ledger.events(self.bootstrap, ALERTS.name, "alert.raised")
        return [event for event in found if event.data.plate.read == plate]

    @asynccontextmanager
    async def listening(self, last: str = "") -> AsyncIterator[list[LiveEvent]]:
        heard: list[LiveEvent] = []
        connected = asyncio.Event()
        task = asyncio.create_task(self._listen(heard, connected, last))
        try:
            async with asyncio.timeout(20):
                await connected.wait()
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, heard: list[LiveEvent], connected: asyncio.Event, last: str) -> None:
        headers = self.headers() | ({"Last-Event-ID": last} if last else {})
        url = f"{self.service.address}/v1/alerts/stream"
        async with http_client() as client, client.stream("GET", url, headers=headers, timeout=None) as live:
            live.raise_for_status()
            connected.set()
            async for event in parse(live.aiter_lines()):
                heard.append(event)  # noqa: PERF401 - others look at what has been heard so far


async def _is_ok(client: httpx.AsyncClient) -> bool:
    return (await client.get("/v1/alerts")).status_code == httpx.codes.OK


def about(heard: list[LiveEvent], plate: str) -> list[LiveEvent]:
    return [event for event in heard if event.name in {"raised", "historic"} and plate in event.data]


def new_plate() -> str:
    return f"13A{secrets.randbelow(10**7):07d}"


def passing(plate: str, *, ago: float = 0.3, camera_id: str = "cam-1", **changes: Any) -> Event[Any]:
    """A read of `plate` that has just come in, taken `ago` seconds before."""
    now = CLOCK.now()
    fields = {"captured_at": utc_text(now - timedelta(seconds=ago)), "track": secrets.token_hex(4)}
    return plate_read(plate, camera_id=camera_id, received_at=now, **(fields | changes))


@pytest.fixture(scope="module")
def desk(kafka, mongo, tmp_path_factory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("alerts")
    keys = ensure_keys(folder)
    environment = {
        **kafka.access("alerts"),
        "RASID_MONGO": mongo.address,
        "RASID_DATABASE": f"test_{secrets.token_hex(4)}",
        "RASID_TOKEN_KEYS": str(keys.key_set),
        "RASID_PSEUDONYM_KEY": keys.pseudonym_key,
        "RASID_SEAL_KEY": keys.seal_key,
        **UNHURRIED,
    }
    service = Replica(folder, environment)
    asyncio.run(ensure_topics(kafka.address, TOPICS, brokers=kafka.brokers))
    asyncio.run(service.start())
    yield Desk(service, kafka.address, keys)
    asyncio.run(service.stop())


@pytest.fixture(autouse=True)
async def _open(desk) -> AsyncIterator[None]:
    await desk.service.start()
    async with casework_alive(desk.bootstrap):
        await desk.open_case()
        yield


async def test_a_read_on_the_bus_rings_on_the_live_stream_and_is_stored_once(desk):
    plate = new_plate()
    entry = await desk.look_for(plate)
    read = passing(plate)
    async with desk.listening() as heard:
        await desk.publish(read, read)
        (event,) = await eventually(lambda: about(heard, plate), 15, "it rings")
    alert = json.loads(event.data)
    assert (event.name, alert["entry_id"], alert["detection_id"]) == ("raised", entry["entry_id"], read.id)
    async with desk.http() as client:
        (stored,) = (await client.get("/v1/alerts", params={"entry_id": entry["entry_id"]})).json()["items"]
    assert (stored["alert_id"], stored["count"], stored["state"]) == (alert["alert_id"], 1, "new")
    assert stored["list_age_seconds"] < 5


async def test_what_came_late_is_shown_as_historic_and_does_not_keep_a_live_read_from_ringing(desk):
    plate = new_plate()
    await desk.look_for(plate, valid_from=utc_text(CLOCK.now() - timedelta(hours=1)))
    known = TimeQuality(source="vendor_offset", skew_seconds=0.0)
    async with desk.listening() as heard:
        await desk.publish(passing(plate, ago=70, time_quality=known), passing(plate))
        await eventually(lambda: len(about(heard, plate)) == 2, 15, "both are told")
    assert {event.name for event in about(heard, plate)} == {"historic", "raised"}


async def test_a_second_camera_counts_and_does_not_ring_again(desk):
    plate = new_plate()
    entry = await desk.look_for(plate)
    async with desk.listening() as heard:
        await desk.publish(*(passing(plate, camera_id=f"cam-{number}") for number in range(4)))
        await eventually(lambda: len([e for e in heard if e.name == "updated"]) >= 3, 15, "it is updated")
    assert len(about(heard, plate)) == 1
    async with desk.http() as client:
        (alert,) = (await client.get("/v1/alerts", params={"entry_id": entry["entry_id"]})).json()["items"]
    assert alert["count"] == 4


async def test_after_a_restart_the_same_read_does_not_ring_again(desk):
    plate, other = new_plate(), new_plate()
    await desk.look_for(plate)
    await desk.look_for(other)
    read = passing(plate)
    async with desk.listening() as heard:
        await desk.publish(read)
        (rang,) = await eventually(lambda: about(heard, plate), 15, "it rings")
    await desk.service.kill()
    await desk.publish(read)
    await desk.service.start()
    async with desk.listening(rang.id) as heard:
        await desk.publish(passing(other))
        await eventually(lambda: about(heard, other), 15, "another one rings")
        assert about(heard, plate) == []
    assert len({event.id for event in await desk.raised(plate)}) == 1


async def test_an_acknowledgement_is_told_once(desk):
    plate = new_plate()
    await desk.look_for(plate)
    async with desk.listening() as heard, desk.http() as client:
        await desk.publish(passing(plate))
        (rang,) = await eventually(lambda: about(heard, plate), 15, "it rings")
        where = f"/v1/alerts/{json.loads(rang.data)['alert_id']}"
        etag = (await client.get(where)).headers["etag"]
        first = await client.post(f"{where}/acknowledge", headers={"If-Match": etag}, json={"comment": "Patrol 4"})
        again = await client.post(f"{where}/acknowledge", headers={"If-Match": etag})
        assert (first.status_code, again.json()) == (200, first.json())
        # A relay that was killed just before holds its lease a little longer.
        await eventually(lambda: [e for e in heard if e.name == "acknowledged"], 20, "everyone is told")
    told = await ledger.events(desk.bootstrap, ALERTS.name, "alert.acknowledged")
    mine = [event for event in told if f"/v1/alerts/{event.data.alert_id}" == where]
    assert [(event.data.by, event.data.version) for event in mine] == [(OFFICER, 2)]


async def test_a_stream_ends_when_its_case_is_closed(desk):
    desk = Desk(desk.service, desk.bootstrap, desk.keys)
    await desk.open_case()
    url = f"{desk.service.address}/v1/alerts/stream"
    async with (
        http_client(timeout=20) as client,
        client.stream("GET", url, headers=desk.headers()) as live,
    ):
        await desk.publish(case_state(desk.case_id, version=2, state="closed"))
        text = "".join([chunk async for chunk in live.aiter_text()])
    assert "retry: 2000" in text


async def test_a_stop_does_not_wait_for_people_who_listen(desk):
    async with desk.listening():
        began = CLOCK.monotonic()
        await desk.service.stop()
        assert CLOCK.monotonic() - began < 6
    await desk.service.start()


async def test_two_replicas_ring_once_and_a_listener_resumes_on_either(desk, tmp_path):
    replica = Desk(Replica(tmp_path, desk.service.environment()), desk.bootstrap, desk.keys, desk.case_id)
    await replica.service.start()
    try:
        plate, second = new_plate(), new_plate()
        await desk.look_for(plate)
        entry = await replica.look_for(second)
        await eventually(lambda: know_all_entries(desk, replica), 20, "both replicas know both entries")
        async with desk.listening() as here, replica.listening() as there:
            await desk.publish(*passings(plate))
            (rang,) = await eventually(lambda: about(here, plate) and about(there, plate), 20, "both tell it")
        assert len(await desk.raised(plate)) == 1
        await desk.publish(*passings(second))
        async with replica.listening(rang.id) as there:
            await eventually(lambda: about(there, second), 20, "the other replica goes on")
            assert about(there, plate) == []
        async with desk.http() as client:
            await eventually(lambda: counts(client, entry["entry_id"], 12), 20, "all cameras are counted")
    finally:
        await replica.service.stop()


def passings(plate: str) -> list[Event[Any]]:
    """Reads of as many cameras as there are partitions, so that every replica gets some."""
    return [passing(plate, camera_id=f"cam-{number}") for number in range(12)]


async def counts(client: httpx.AsyncClient, entry_id: str, expected: int) -> bool:
    alerts = (await client.get("/v1/alerts", params={"entry_id": entry_id})).json()["items"]
    return [alert["count"] for alert in alerts] == [expected]


async def know_all_entries(*desks: Desk) -> bool:
    async with desks[0].http() as client:
        made = (await client.get("/v1/watchlists/wanted/entries", params={"limit": 200})).json()["items"]
        metrics = [(await client.get(f"{desk.service.address}/metrics")).text for desk in desks]
    return all(f"\nrasid_alerts_watchlist_entries {len(made)}.0\n" in text for text in metrics)
