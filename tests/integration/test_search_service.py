"""The search service as it runs: a process of its own on a real broker, a real database and a real object store."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.detections import Image
from rasid.contract.devices import DeviceDisconnectedV1
from rasid.contract.envelope import Event, new_event
from rasid.contract.fields import utc_text
from rasid.contract.pictures import make_key, make_uri
from rasid.contract.tables import CameraStateV1, SiteStateV1
from rasid.contract.topics import TOPICS
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.storage.objects import ObjectStore
from rasid.stream.admin import ensure_topics
from rasid.stream.producer import KafkaProducer
from rasid.testing.builders import case_state, plate_read
from tests.support.casework import casework_alive
from tests.support.eventually import eventually
from tests.support.town import UNHURRIED
from tools.demo.connecting import http_client
from tools.demo.services import Search
from tools.engines import ports
from tools.keys import ensure_keys, issue

OFFICER = "officer-1"
CLOCK = SystemClock()
HOUR = timedelta(hours=1)


class Replica(Search):
    """The service on a port that nothing else on this machine asks for first."""

    def port_candidates(self) -> Iterable[int]:
        return ports.candidates(range(26000, 28000), self.folder)


@dataclass
class Desk:
    """The service, and what people and cameras do with it. Every name is made up anew."""

    service: Search
    bootstrap: str
    keys: Any
    objects: ObjectStore
    bucket: str
    case_id: str = field(default_factory=lambda: f"case-{secrets.token_hex(4)}")

    def headers(self) -> dict[str, str]:
        token = issue(self.keys, OFFICER, "police", ["investigator"], lifetime_seconds=600, clock=CLOCK)
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

            async def knows() -> bool:
                return (await client.post("/v1/passages/search", json={"plate": "NONE"})).is_success

            await eventually(knows, 20, "the service knows the case")

    async def search(self, **query: Any) -> dict[str, Any]:
        async with self.http() as client:
            answer = await client.post("/v1/passages/search", json=query)
            assert answer.is_success, answer.text
            page: dict[str, Any] = answer.json()
            return page

    async def found(self, count: int, **query: Any) -> list[dict[str, Any]]:
        """What is found, once it is that many."""

        async def enough() -> list[dict[str, Any]] | None:
            items: list[dict[str, Any]] = (await self.search(**query))["items"]
            return items if len(items) == count else None

        return await eventually(enough, 20, f"{count} passages are found") or []


def new_plate() -> str:
    return f"13A{secrets.randbelow(10**7):07d}"


def passing(plate: str, *, ago: float = 1.0, camera_id: str = "cam-1", **changes: Any) -> Event[Any]:
    now = CLOCK.now()
    fields = {"captured_at": utc_text(now - timedelta(seconds=ago)), "track": secrets.token_hex(4)}
    return plate_read(plate, camera_id=camera_id, received_at=now, **(fields | changes))


@pytest.fixture(scope="module")
def desk(kafka, mongo, objects, tmp_path_factory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("search")
    keys = ensure_keys(folder)
    bucket = f"test-{secrets.token_hex(4)}"
    environment = {
        **kafka.access("search"),
        "RASID_MONGO": mongo.address,
        "RASID_DATABASE": f"test_{secrets.token_hex(4)}",
        "RASID_TOKEN_KEYS": str(keys.key_set),
        "RASID_PSEUDONYM_KEY": keys.pseudonym_key,
        "RASID_SEAL_KEY": keys.seal_key,
        **UNHURRIED,
        "RASID_MEDIA_KEY": keys.media_key,
        "RASID_OBJECTS": objects.address,
        "RASID_OBJECTS_ACCESS_KEY": objects.access_key,
        "RASID_OBJECTS_SECRET_KEY": objects.secret_key,
        "RASID_PICTURES_BUCKET": bucket,
    }
    service = Replica(folder, environment)
    store = ObjectStore(objects.address, objects.access_key, objects.secret_key)
    asyncio.run(ensure_topics(kafka.address, TOPICS, brokers=kafka.brokers))
    asyncio.run(store.ensure_bucket(bucket))
    asyncio.run(service.start())
    yield Desk(service, kafka.address, keys, store, bucket)
    asyncio.run(service.stop())
    asyncio.run(store.stop())


@pytest.fixture(autouse=True)
async def _open(desk) -> AsyncIterator[None]:
    await desk.service.start()
    async with casework_alive(desk.bootstrap):
        await desk.open_case()
        yield


async def test_a_read_on_the_bus_is_found_by_its_plate_in_any_spelling_and_by_half_of_it(desk):
    plate = new_plate()
    read = passing(plate)
    await desk.publish(read, read)
    (passage,) = await desk.found(1, plate=plate)
    assert passage["detection_ids"] == [read.id]
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    for written in (plate[:-4] + "*", "*" + plate[4:], f"{plate[:5]}?{plate[6:]}", plate.translate(digits)):
        items = (await desk.search(plate=written))["items"]
        assert passage in items, written
    assert (await desk.search(plate=plate[:-1], match="prefix"))["items"] == [passage]
    async with desk.http() as client:
        assert (await client.get(f"/v1/passages/{passage['passage_id']}")).json() == passage


async def test_revisions_in_any_order_are_one_passage_and_its_plate_is_the_cameras_last_word(desk):
    plate, shorter = new_plate(), new_plate()
    track = secrets.token_hex(4)
    revisions = [
        passing(shorter, ago=3, track=track, revision=0),
        passing(plate, ago=1, track=track, revision=2, phase="end"),
        passing(plate, ago=2, track=track, revision=1, phase="update"),
    ]
    await desk.publish(revisions[1], revisions[0], revisions[2], revisions[1])

    async def whole() -> dict[str, Any] | None:
        (passage,) = await desk.found(1, plate=shorter)
        return passage if len(passage["detection_ids"]) == len(revisions) else None

    passage = await eventually(whole, 20, "all revisions are indexed")
    assert [found["passage_id"] for found in await desk.found(1, plate=plate)] == [passage["passage_id"]]
    assert passage["plate"]["text"] == plate
    assert set(passage["detection_ids"]) == {event.id for event in revisions}
    assert passage["captured_at"] < passage["last_captured_at"]


async def test_paging_is_stable_while_reads_arrive(desk):
    plate = new_plate()
    first = [passing(plate, ago=100 + number) for number in range(7)]
    await desk.publish(*first)
    await desk.found(7, plate=plate)
    seen, cursor = [], None
    while True:
        page = await desk.search(plate=plate, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["detection_ids"][0] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        count = len((await desk.search(plate=plate))["items"])
        await desk.publish(passing(plate))
        await desk.found(count + 1, plate=plate)
    assert seen == [event.id for event in first]


async def test_time_cameras_sites_and_sectors_narrow_and_coverage_names_what_was_offline(desk):
    mark, now = secrets.token_hex(3), CLOCK.now()
    cameras, site, sector = [f"cam-{mark}-{number}" for number in range(2)], f"site-{mark}", f"sector-{mark}"
    rows = [
        new_event(
            f"{camera}-1",
            "/ingest",
            now,
            CameraStateV1(
                camera_id=camera,
                site_id=site if camera == cameras[0] else None,
                kind="fixed",
                state="active",
                version=1,
            ),
        )
        for camera in cameras
    ]
    rows.append(
        new_event(f"{site}-1", "/ingest", now, SiteStateV1(site_id=site, sector=sector, kind="main_street", version=1))
    )
    gone = DeviceDisconnectedV1(
        camera_id=cameras[0], site_id=site, captured_at=utc_text(now), received_at=utc_text(now)
    )
    plate = new_plate()
    here, there = passing(plate, camera_id=cameras[0], site_id=site), passing(plate, camera_id=cameras[1])
    await desk.publish(*rows, new_event(f"gone-{mark}", "/ingest", now, gone), here, there)
    await desk.found(2, plate=plate)
    window = {"from_at": utc_text(now - HOUR), "to_at": utc_text(now + HOUR)}

    async def only(**query: Any) -> list[str]:
        return [item["detection_ids"][0] for item in (await desk.search(**window, **query))["items"]]

    assert await only(cameras=[cameras[0]]) == [here.id]
    assert await only(cameras=[cameras[1]], plate=plate) == [there.id]
    assert await only(sites=[site]) == await only(sectors=[sector]) == [here.id]
    assert await only(sites=[site], cameras=[cameras[1]]) == []

    async def offline() -> list[str]:
        coverage = (await desk.search(**window, cameras=cameras))["coverage"]
        return [gap["camera_id"] for gap in coverage["gaps"] if gap["kind"] == "offline"]

    assert await eventually(offline, 20, "the camera that went is named") == [cameras[0]]


async def test_a_picture_is_pending_until_it_is_there_and_then_shown_by_its_link(desk):
    body = b"\xff\xd8\xff" + secrets.token_bytes(200)
    sha256 = hashlib.sha256(body).hexdigest()
    key = make_key("other", SystemClock().now() + timedelta(hours=1), sha256)
    image = Image(
        kind="plate", sha256=sha256, media_type="image/jpeg", size_bytes=len(body), uri=make_uri(key, 7, len(body))
    )
    plate = new_plate()
    await desk.publish(passing(plate, images=(image,)))
    (passage,) = await desk.found(1, plate=plate)
    async with desk.http() as client, http_client(desk.service.address) as browser:
        link = (await client.get(f"/v1/passages/{passage['passage_id']}/pictures/{sha256}")).json()
        pending = await browser.get(link["url"])
        assert (pending.status_code, pending.json()["type"]) == (404, "urn:rasid:problem:image-pending")
        assert pending.headers["retry-after"]
        await desk.objects.put(desk.bucket, key, b"another" + body + b"and one more", "application/octet-stream")
        shown = await browser.get(link["url"])
        assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, body, "image/jpeg")
        forged = await browser.get(link["url"][:-4] + "AAAA")
        assert forged.status_code == 403


async def test_after_a_kill_everything_is_found_again(desk):
    plate = new_plate()
    read = passing(plate)
    await desk.publish(read)
    await desk.found(1, plate=plate)
    await desk.service.kill()
    second = passing(plate)
    await desk.publish(read, second)
    await desk.service.start()
    items = await desk.found(2, plate=plate[:-3] + "*" + plate[-2:])
    assert [item["detection_ids"] for item in items] == [[second.id], [read.id]]


async def test_two_replicas_share_the_work_and_a_page_goes_on_at_either(desk, tmp_path):
    other = Desk(
        Replica(tmp_path, desk.service.environment()),
        desk.bootstrap,
        desk.keys,
        desk.objects,
        desk.bucket,
        desk.case_id,
    )
    await other.service.start()
    try:
        plate = new_plate()
        reads = [passing(plate, ago=number + 1, camera_id=f"cam-{number}") for number in range(12)]
        await desk.publish(*reads)
        half = "*" + plate[3:]
        for asked in (desk, other):
            assert len(await asked.found(12, plate=half)) == 12
        first = await desk.search(plate=half, limit=5)
        second = await other.search(plate=half, limit=50, cursor=first["next_cursor"])
        ids = [item["detection_ids"][0] for page in (first, second) for item in page["items"]]
        assert ids == [event.id for event in reads]
    finally:
        await other.service.stop()
