"""Ingest as it runs: a process of its own, on real engines, spoken to over HTTP."""

import asyncio
import contextlib
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from minio import Minio
from minio.error import S3Error

from rasid.contract.event_ids import digest
from rasid.contract.fields import parse_utc
from rasid.contract.pictures import place_of
from rasid.contract.topics import CAMERAS, DETECTIONS, DEVICE_HEALTH, FACES, INGEST_DEAD_LETTERS, TOPICS
from rasid.runtime.clock import SystemClock
from rasid.runtime.serve import EXIT_CONFIGURATION
from rasid.stream.admin import ensure_topics
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.vendors.hikvision import capture_json, face, with_pictures
from tests.support.vendors.rasid import event as own_event
from tests.support.vendors.rasid import lines
from tools.demo.cameras import CameraClient, Credential
from tools.demo.connecting import http_client
from tools.demo.hikvision import PICTURE_KINDS, anpr_xml, heartbeat_xml, multipart
from tools.demo.services import Ingest
from tools.importing.lines import batches
from tools.importing.sending import Sender
from tools.keys import ensure_keys, issue

XML = "application/xml"
BUCKET = "ingest-tests"
ROOT = Path(__file__).parents[2]


class Place:
    """The service, the engines around it, and what an administrator does."""

    def __init__(self, folder, kafka, mongo, objects):
        self.kafka = kafka
        self.mongo = mongo
        self.objects = objects
        self.keys = ensure_keys(folder)
        self.environment = {
            **kafka.access("ingest"),
            "RASID_MONGO": mongo.address,
            "RASID_DATABASE": f"ingest_{secrets.token_hex(4)}",
            "RASID_OBJECTS": objects.address,
            "RASID_OBJECTS_ACCESS_KEY": objects.access_key,
            "RASID_OBJECTS_SECRET_KEY": objects.secret_key,
            "RASID_PICTURES_BUCKET": BUCKET,
            "RASID_PICTURE_DEADLINE_SECONDS": "3",
            "RASID_TOKEN_KEYS": str(self.keys.key_set),
            "RASID_PSEUDONYM_KEY": self.keys.pseudonym_key,
            "RASID_SEAL_KEY": self.keys.seal_key,
            "RASID_NONCE_KEY": self.keys.nonce_key,
            "RASID_BODY_SECONDS": "1",
        }
        self.service = Ingest(folder, self.environment)

    async def start(self):
        await ensure_topics(self.kafka.address, TOPICS, brokers=self.kafka.brokers)
        await self.service.start()
        await eventually(self.is_whole, 30, "nothing is degraded")

    async def is_whole(self):
        async with http_client() as client:
            answer = (await client.get(f"{self.service.address}/ready")).json()
        return answer == {"ready": True, "waiting": {}, "degraded": {}}

    async def ask(self, method, path, **options):
        token = issue(self.keys, "admin", "police", ["administrator"], lifetime_seconds=600, clock=SystemClock())
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        async with http_client(self.service.address, timeout=20) as client:
            return await client.request(method, path, headers=headers, **options)

    async def camera(self):
        """A new camera: its identifier and password."""
        camera_id = f"cam-{secrets.token_hex(4)}"
        made = await self.ask("PUT", f"/v1/cameras/{camera_id}", json={"kind": "fixed", "time_zone": "Asia/Baghdad"})
        assert made.status_code == 201
        issued = await self.ask("POST", f"/v1/cameras/{camera_id}/credential")
        return camera_id, issued.json()["password"]

    async def post(self, camera_id, password, content_type, body, *, auth=httpx.DigestAuth):
        async with http_client(auth=auth(camera_id, password), timeout=20) as client:
            address = f"{self.service.address}/v1/cameras/{camera_id}/events"
            return await client.post(address, content=body, headers={"content-type": content_type})

    async def events(self, topic, camera_id, type_name=None):
        found = await ledger.events(self.kafka.address, topic.name, type_name)
        return [event for event in found if event.subject.endswith(camera_id)]

    def picture(self, image):
        """What an event's image refers to."""
        host = self.objects.address.removeprefix("http://")
        client = Minio(host, self.objects.access_key, self.objects.secret_key, secure=False, region="us-east-1")
        where = place_of(image.uri)
        response = client.get_object(BUCKET, where.key, offset=where.start, length=where.size_bytes)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()


@pytest.fixture(scope="module")
def place(tmp_path_factory, kafka, mongo, objects):
    found = Place(tmp_path_factory.mktemp("ingest"), kafka, mongo, objects)
    asyncio.run(found.start())
    yield found
    asyncio.run(found.service.stop())


@pytest.fixture
async def camera(place):
    return await place.camera()


def a_read(*, picture_bytes=2_000, **fields):
    """A passage of its own, with two pictures of its own."""
    pictures = {kind: b"\xff\xd8\xff\xe0" + secrets.token_bytes(picture_bytes) for kind in PICTURE_KINDS}
    plate = f"13A{secrets.randbelow(100_000):05d}"
    xml = anpr_xml(plate, captured_at=datetime.now(UTC), event_id=secrets.token_hex(8), **fields)
    return plate, pictures, multipart(xml, pictures)


async def test_a_posted_read_is_in_kafka_and_its_pictures_in_the_store(place, camera):
    plate, pictures, payload = a_read()
    answer = await place.post(*camera, *payload)
    assert answer.status_code == 200, answer.text
    [event] = await place.events(DETECTIONS, camera[0], "plate.read")
    assert answer.json()["accepted"] == [event.id]
    assert event.data.plate.text == plate
    sent = {digest(body): body for body in pictures.values()}
    assert {image.sha256 for image in event.data.images} == set(sent)
    for image in event.data.images:
        assert await asyncio.to_thread(place.picture, image) == sent[image.sha256]
    assert {kept_for(image, event) for image in event.data.images} == {timedelta(days=21)}


async def test_a_face_is_on_its_own_topic_with_its_crop_in_the_store_and_the_rest_is_not(place, camera):
    crop = b"\xff\xd8\xff\xe0" + secrets.token_bytes(2_000)
    answer = await place.post(*camera, *with_pictures(capture_json(face()), {"faceImage": crop}))
    assert answer.status_code == 200, answer.text
    [seen] = await place.events(FACES, camera[0])
    assert (answer.json()["accepted"], seen.type) == ([seen.id], "face.detected")
    assert await place.events(DETECTIONS, camera[0]) == []
    assert [image.kind for image in seen.data.images] == ["face"]
    assert await asyncio.to_thread(place.picture, seen.data.images[0]) == crop
    assert kept_for(seen.data.images[0], seen) == timedelta(hours=72)


def kept_for(image, event):
    """How long, in whole seconds up, a picture is kept from its receipt."""
    received_at = parse_utc(event.data.received_at).replace(microsecond=0)
    return place_of(image.uri).expires_at - received_at


async def test_recorded_reads_are_brought_in_as_their_camera(place, camera):
    password = camera[1]
    async with CameraClient(place.service.address, camera[0], Credential(camera[0], password)) as client:
        posted = [own_event(vendor={"event_id": f"e-{number}"}) for number in range(250)]
        sender = Sender(client)
        file = lines(*posted).splitlines(keepends=True)
        await sender.send_all(batches(file, camera[0], datetime.now(UTC)), lambda _: None)
    assert sender.tally.accepted == 250
    published = await place.events(DETECTIONS, camera[0], "plate.read")
    assert len({event.id for event in published}) == 250
    assert all(event.data.is_replay for event in published)


async def test_a_payload_is_explained_and_nothing_of_it_is_published(place, camera):
    _, _, (content_type, body) = a_read()
    headers = {"content-type": content_type}
    answer = await place.ask("POST", f"/v1/explain?camera_id={camera[0]}", content=body, headers=headers)
    assert [event["type"] for event in answer.json()["events"]] == ["plate.read"]
    assert await place.events(DETECTIONS, camera[0]) == []


@pytest.mark.parametrize("auth", [httpx.DigestAuth, httpx.BasicAuth])
async def test_a_camera_proves_itself_as_its_firmware_does(place, camera, auth):
    _, _, payload = a_read(picture_bytes=400_000)
    assert (await place.post(*camera, *payload, auth=auth)).status_code == 200
    assert (await place.post(camera[0], "wrong", *payload, auth=auth)).status_code == 401


async def test_a_registered_camera_and_its_changes_are_rows_of_the_table(place):
    site_id, camera_id = f"site-{secrets.token_hex(4)}", f"cam-{secrets.token_hex(4)}"
    site = {"name": {"ar": "الجسر"}, "kind": "main_street"}
    assert (await place.ask("PUT", f"/v1/sites/{site_id}", json=site)).status_code == 201
    camera = {"site_id": site_id, "kind": "fixed", "adapter": "hikvision", "lanes": ["1"]}
    made = await place.ask("PUT", f"/v1/cameras/{camera_id}", json=camera)
    etag = made.headers["etag"]
    changed = await place.ask(
        "PUT", f"/v1/cameras/{camera_id}", json=camera | {"state": "maintenance"}, headers={"If-Match": etag}
    )
    assert changed.status_code == 200
    late = await place.ask("PUT", f"/v1/cameras/{camera_id}", json=camera, headers={"If-Match": etag})
    assert late.status_code == 412

    async def rows():
        found = await place.events(CAMERAS, camera_id)
        return found if len(found) == 2 else None

    first, second = [event.data for event in await eventually(rows, 20, "both rows are published")]
    assert (first.state, second.state) == ("active", "maintenance")
    assert first.version < second.version == changed.json()["version"]
    [site_row] = await place.events(CAMERAS, site_id)
    assert site_row.data.name.ar == "الجسر"


async def test_a_table_of_cameras_is_imported_exported_and_imported_again(place):
    prefix = f"bulk-{secrets.token_hex(4)}"
    rows = "".join(f"{prefix}-{number},fixed,Caméra {number},{number / 10}\n" for number in range(600))
    file = f"camera_id,kind,name_fr,heading_degrees\n{rows}{prefix}-bad,flying,,\n"
    query = {"kind": "cameras"}
    report = (await place.ask("POST", "/v1/registry/import", params=query, content=file.encode())).json()
    assert (report["created"], len(report["problems"])) == (600, 1)
    exported = await place.ask("GET", "/v1/registry/export", params=query)
    again = (await place.ask("POST", "/v1/registry/import", params=query, content=exported.content)).json()
    assert (again["created"], again["changed"], again["problems"]) == (0, 0, [])
    changed = file.replace(f"{prefix}-0,fixed", f"{prefix}-0,ptz")
    report = (await place.ask("POST", "/v1/registry/import", params=query, content=changed.encode())).json()
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 1, 599)
    page = (await place.ask("GET", "/v1/cameras", params={"limit": 3})).json()
    assert len(page["items"]) == 3
    following = (await place.ask("GET", "/v1/cameras", params={"limit": 3, "cursor": page["next_cursor"]})).json()
    assert following["items"][0]["camera_id"] > page["items"][-1]["camera_id"]


async def test_a_sites_controller_reports_also_to_a_process_that_started_later(place):
    site_id = f"site-{secrets.token_hex(4)}"
    assert (await place.ask("PUT", f"/v1/sites/{site_id}", json={"kind": "other"})).status_code == 201
    password = (await place.ask("POST", f"/v1/sites/{site_id}/credential")).json()["password"]
    path = f"/v1/sites/{site_id}/health"

    async def report(battery_percent):
        async with httpx.AsyncClient(
            base_url=place.service.address, auth=httpx.DigestAuth(site_id, password)
        ) as client:
            return await client.post(path, json={"power_source": "solar", "battery_percent": battery_percent})

    assert (await report(90)).status_code == 200
    await place.service.kill()
    await place.start()
    again = await report(80)
    assert again.status_code == 200, again.text
    events = await place.events(DEVICE_HEALTH, site_id, "site.health")
    assert [event.data.battery_percent for event in events] == [90, 80]
    rows = await eventually(lambda: place.events(CAMERAS, site_id), 40, "the site's row is published")
    assert len(ledger.copies(rows)) == 1, "a credential is no change of the site's own row"
    assert (await place.ask("DELETE", f"/v1/sites/{site_id}/credential")).status_code == 204
    assert (await report(70)).status_code == 401


async def test_what_cannot_be_read_is_a_dead_letter_before_the_answer(place, camera):
    answer = await place.post(*camera, XML, b"<html>log in</html>")
    assert answer.status_code == 422
    letters = [
        record
        for record in await ledger.records(place.kafka.address, INGEST_DEAD_LETTERS.name)
        if record.key == camera[0].encode()
    ]
    assert [record.value for record in letters] == [b"<html>log in</html>"]


async def test_heartbeats_are_events_of_their_minute(place, camera):
    body = heartbeat_xml(captured_at=datetime.now(UTC))
    answers = [(await place.post(*camera, XML, body)).json() for _ in range(3)]
    accepted = [event_id for answer in answers for event_id in answer["accepted"]]
    assert 1 <= len(accepted) <= 2, "two when the minute turned meanwhile"
    assert {event.id for event in await place.events(DEVICE_HEALTH, camera[0])} == set(accepted)


async def test_after_a_kill_and_a_restart_the_same_payload_is_the_same_event(place, camera):
    _, _, payload = a_read()
    first = await place.post(*camera, *payload)
    await place.service.kill()
    await place.start()
    again = await place.post(*camera, *payload)
    assert again.status_code == 200
    assert again.json()["accepted"] == first.json()["accepted"]
    found = ledger.copies(await place.events(DETECTIONS, camera[0]))
    assert found == {first.json()["accepted"][0]: 2}


async def test_a_change_whose_process_was_killed_is_published_by_the_next(place):
    camera_ids = [f"cam-{secrets.token_hex(4)}" for _ in range(5)]
    answers = [await place.ask("PUT", f"/v1/cameras/{camera_id}", json={"kind": "ptz"}) for camera_id in camera_ids]
    await place.service.kill()
    assert {answer.status_code for answer in answers} == {201}
    await place.start()

    async def all_there():
        rows = await ledger.events(place.kafka.address, CAMERAS.name, "camera.state")
        return {row.data.camera_id for row in rows} >= set(camera_ids)

    await eventually(all_there, 40, "every camera is a row")


async def test_a_second_process_learns_of_a_revoked_password_within_seconds(place, camera, tmp_path):
    other = Ingest(tmp_path, place.environment)
    await other.start()
    try:
        async with http_client(auth=camera, timeout=20) as client:
            address = f"{other.address}/v1/cameras/{camera[0]}/events"

            async def status():
                return (await client.post(address, content=a_read()[2][1])).status_code

            assert await status() != 401
            await place.ask("DELETE", f"/v1/cameras/{camera[0]}/credential")

            async def is_refused():
                return await status() == 401

            await eventually(is_refused, 5, "the other process knows")
    finally:
        await other.stop()


async def test_a_digest_answer_to_one_process_is_right_for_another(place, camera, tmp_path):
    other = Ingest(tmp_path, place.environment)
    await other.start()
    try:
        auth = httpx.DigestAuth(*camera)
        async with http_client(timeout=20) as client:
            path = f"/v1/cameras/{camera[0]}/events"
            first = await client.post(f"{place.service.address}{path}", content=b"x", auth=auth)
            assert first.status_code == 422
            second = await client.post(f"{other.address}{path}", content=b"x", auth=auth)
        assert second.status_code == 422
        assert not second.history, "the nonce of the first was not asked for again"
    finally:
        await other.stop()


async def test_without_a_broker_a_read_is_kept_on_this_machine_and_arrives_when_it_is_back(place, camera):
    reads = [a_read()[2] for _ in range(5)]
    async with away(killable(place.kafka)):
        answers = [await place.post(*camera, *payload) for payload in reads]
        ready = await eventually(lambda: degraded(place, "the spool of events"), 10, "it is said that reads wait")
    assert [answer.status_code for answer in answers] == [200] * 5
    assert answers[-1].elapsed.total_seconds() < 1, "nobody waits for a broker that is known to be away"
    assert ready.status_code == 200, "it can do its work"
    promised = {event_id for answer in answers for event_id in answer.json()["accepted"]}
    assert len(promised) == 5
    await eventually(lambda: arrived(place, camera, promised), 30, "what was promised is in Kafka")
    await eventually(place.is_whole, 30, "nothing waits any more")


async def test_what_waits_outlives_kills_without_a_broker_and_a_full_spool_is_an_honest_503(place, camera, tmp_path):
    other = Ingest(tmp_path, place.environment | {"RASID_SPOOL_BYTES": str(1024 * 1024)})
    promised, refused = set(), None
    async with running(other):
        async with away(killable(place.kafka)):
            while refused is None:
                kept, refused = await posted(other, camera, 150)
                promised |= kept
                if refused is None:
                    await other.kill()
                    await other.start()
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert "as much as it may" in refused.json()["detail"]
        await eventually(lambda: arrived(place, camera, promised), 60, "what was promised is in Kafka")


async def test_what_a_process_leaves_that_does_not_come_back_is_taken_over(place, camera, tmp_path):
    shared = place.environment | {"RASID_SPOOL": str(tmp_path / "spools")}
    gone, stays = Ingest(tmp_path / "gone", shared), Ingest(tmp_path / "stays", shared)
    async with running(gone), running(stays):
        async with away(killable(place.kafka)):
            promised, _ = await posted(gone, camera, 4)
            await gone.kill()
        assert len(promised) == 4
        await eventually(lambda: arrived(place, camera, promised), 60, "the other process has delivered it")


@contextlib.asynccontextmanager
async def running(service):
    await service.start()
    try:
        yield
    finally:
        await service.stop()


@contextlib.asynccontextmanager
async def away(broker):
    broker.pause()
    try:
        yield
    finally:
        broker.resume()


async def posted(service, camera, most):
    """The ids of so many reads that were taken, and the answer of the first that was not, if any."""
    promised = set()
    async with http_client(service.address, auth=httpx.BasicAuth(*camera), timeout=20) as client:
        for _ in range(most):
            xml = anpr_xml("13A12345", captured_at=datetime.now(UTC), event_id=secrets.token_hex(8))
            answer = await client.post(f"/v1/cameras/{camera[0]}/events", content=xml)
            if answer.status_code != 200:
                return promised, answer
            promised |= set(answer.json()["accepted"])
    return promised, None


async def arrived(place, camera, promised):
    """Whether all of these events are in Kafka."""
    return promised <= set(ledger.copies(await place.events(DETECTIONS, camera[0])))


async def degraded(place, part):
    """What `/ready` answers, once this part does less than it should."""
    async with http_client() as client:
        answer = await client.get(f"{place.service.address}/ready")
    return answer if part in answer.json()["degraded"] else None


async def test_without_an_object_store_the_read_goes_on_and_its_pictures_follow(place, camera):
    _, pictures, payload = a_read()
    async with away(killable(place.objects)):
        answer = await place.post(*camera, *payload)
        ready = await eventually(lambda: degraded(place, "the spool of pictures"), 10, "it is said that they wait")
    assert answer.status_code == 200
    assert "picture_not_stored" not in answer.json()["warnings"], "they are durable"
    assert ready.status_code == 200
    assert "pictures" in ready.json()["degraded"]

    await eventually(lambda: all_there(place, camera, pictures), 40, "both are in the store")


async def test_pictures_that_were_answered_for_are_in_the_store_after_a_kill(place, camera):
    _, pictures, payload = a_read()
    async with away(killable(place.objects)):
        answer = await place.post(*camera, *payload)
        await place.service.kill()
    assert answer.status_code == 200
    assert "picture_not_stored" not in answer.json()["warnings"]
    await place.service.start()
    await eventually(lambda: all_there(place, camera, pictures), 40, "both are in the store")


async def all_there(place, camera, pictures):
    """Whether the store has the pictures of a camera's one read."""
    [event] = await place.events(DETECTIONS, camera[0], "plate.read")
    found = [await asyncio.to_thread(_or_none, place.picture, image) for image in event.data.images]
    return sorted(map(str, found)) == sorted(map(str, pictures.values()))


def _or_none(get, image):
    try:
        return get(image)
    except S3Error:
        return None


async def raw(place, *chunks, then=b""):
    """Send bytes as they are; returns everything that came back until the server closed or was silent."""
    host, _, port = place.service.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
        got = b""
        async with asyncio.timeout(10):
            while b"\r\n\r\n" not in got:
                got += await reader.read(65536)
            if then:
                writer.write(then)
                await writer.drain()
                got += await reader.read(65536)
            return got, await at_end(reader)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):  # a server that has not read all resets the connection
            await writer.wait_closed()


async def at_end(reader):
    """Whether the server ends the connection, in order or by a reset because it has not read all."""
    try:
        async with asyncio.timeout(0.5):
            while await reader.read(65536):
                pass
            return True
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def head(camera, **headers):
    basic = httpx.BasicAuth(*camera)._auth_header
    lines = {"Host": "rasid", "Authorization": basic, "Content-Type": XML, **headers}
    text = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/cameras/{camera[0]}/events HTTP/1.1\r\n{text}\r\n".encode()


async def test_a_camera_that_asks_may_continue(place, camera):
    body = anpr_xml(captured_at=datetime.now(UTC))
    got, _ = await raw(place, head(camera, Expect="100-continue", Content_Length=len(body)), then=body)
    assert got.startswith(b"HTTP/1.1 100 ")
    assert b"HTTP/1.1 200 " in got


async def test_a_stranger_that_asks_may_not_continue(place, camera):
    stranger = (camera[0], "wrong")
    got, ended = await raw(place, head(stranger, Expect="100-continue", Content_Length=1000))
    assert got.startswith(b"HTTP/1.1 401 ")
    assert ended


async def test_a_chunked_body_is_read(place, camera):
    body = anpr_xml(captured_at=datetime.now(UTC))
    chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:50], body[50:])]
    got, ended = await raw(place, head(camera, Transfer_Encoding="chunked"), *chunks, b"0\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 ")
    assert not ended, "cameras keep their connection"


async def test_a_body_that_does_not_come_is_not_waited_for(place, camera):
    got, ended = await raw(place, head(camera, Content_Length=1000), b"<Event")
    assert got.startswith(b"HTTP/1.1 408 ")
    assert ended


async def test_an_endless_body_ends_at_the_limit(place, camera):
    got, ended = await raw(place, head(camera, Content_Length=10 * 1024 * 1024 + 1), b"x" * 1000)
    assert got.startswith(b"HTTP/1.1 413 ")
    assert ended


async def run_until_it_ends(environment):
    """Exit code and output of a service that cannot start."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.ingest"),
        env={"PYTHONPATH": str(ROOT), **environment, "RASID_PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(30):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, output.decode()


async def test_it_does_not_run_on_topics_other_than_the_contract_says(place):
    others = "1" if place.environment.get("RASID_KAFKA_BROKERS") == "3" else "3"
    code, output = await run_until_it_ends(place.environment | {"RASID_KAFKA_BROKERS": others})
    assert code == EXIT_CONFIGURATION
    assert "min.insync.replicas" in output
    assert "To mend it" in output
    assert "Traceback" not in output


async def test_it_does_not_run_with_keys_the_object_store_refuses(place):
    code, output = await run_until_it_ends(place.environment | {"RASID_OBJECTS_SECRET_KEY": "wrong"})
    assert code == EXIT_CONFIGURATION
    assert "RASID_OBJECTS_SECRET_KEY" in output


async def test_it_names_every_setting_that_is_missing():
    code, output = await run_until_it_ends({"RASID_BODY_BYTES": "many"})
    assert code == EXIT_CONFIGURATION
    for name in ("RASID_NONCE_KEY", "RASID_SEAL_KEY", "RASID_OBJECTS_ACCESS_KEY", "RASID_BODY_BYTES"):
        assert name in output


async def test_told_to_stop_it_ends_in_good_order(place):
    began = place.service.log.stat().st_size
    await place.service.stop()
    said = place.service.log.read_bytes()[began:].decode()
    await place.start()
    assert "Traceback" not in said
    assert '"level": "error"' not in said
