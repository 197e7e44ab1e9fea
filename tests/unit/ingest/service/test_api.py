import asyncio
import base64
from datetime import timedelta

import httpx
import pytest

from rasid.contract.pictures import place_of
from rasid.contract.topics import DETECTIONS, INGEST_DEAD_LETTERS
from rasid.runtime.serve import Lifecycle
from services.ingest.api import PUBLIC_ROUTES
from services.ingest.app import create_app
from services.ingest.bodies import EventsAnswer
from services.ingest.settings import IngestSettings
from tests.support.openapi import stale_public_routes, ungated_routes
from tests.unit.ingest.service.bench import PASSWORD, IngestBench
from tests.unit.ingest.service.payloads import JPEG, MULTIPART, XML, anpr, heartbeat, with_broken_part, with_pictures
from tools.keys import ensure_keys

PATH = "/v1/cameras/cam-1/events"
REFUSALS = "rasid_ingest_camera_refusals_total"
PAYLOADS = "rasid_ingest_payloads_total"


async def test_a_read_is_answered_with_the_id_of_its_event(ingest):
    answer = await ingest.post(anpr())
    assert answer.status_code == 200
    [event] = ingest.bus.of("plate.read")
    assert answer.json()["accepted"] == [event.id]
    assert answer.json()["refused"] == []
    assert event.data.plate.text == "13A12345"
    assert event.data.camera_id == "cam-1"
    assert ingest.metric(PAYLOADS, adapter="hikvision", outcome="accepted") == 1


@pytest.mark.parametrize("auth", [httpx.DigestAuth, httpx.BasicAuth])
async def test_a_camera_proves_itself_as_its_firmware_does(ingest, auth):
    async with ingest.camera("cam-1", auth) as camera:
        for plate in ("13A12345", "13B12345"):
            assert (await camera.post(PATH, content=anpr(plate, uuid=plate))).status_code == 200
    assert len(ingest.bus.events) == 2
    assert ingest.metric(REFUSALS, reason="bad_credential") == 0


async def test_both_digests_and_basic_are_offered_each_in_a_header_of_its_own(ingest):
    async with ingest.client() as client:
        answer = await client.post(PATH, content=anpr())
    assert answer.status_code == 401
    schemes = answer.headers.get_list("www-authenticate")
    assert [text.split()[0] for text in schemes] == ["Digest", "Digest", "Basic"]
    assert "stale" not in "".join(schemes)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_camera_with_an_old_nonce_is_asked_again_without_its_password_being_doubted(ingest):
    async with ingest.camera() as camera:
        assert (await camera.post(PATH, content=anpr())).status_code == 200
        ingest.clock.shift(301)
        assert (await camera.post(PATH, content=anpr(uuid="2"))).status_code == 200
        captured = (await camera.post(PATH, content=anpr(uuid="3"))).request.headers["authorization"]
    ingest.clock.shift(301)
    answer = await ingest.post(anpr(uuid="4"), Authorization=captured)
    assert answer.status_code == 200, "Basic of the bench"
    async with ingest.client() as client:
        answer = await client.post(PATH, content=anpr(), headers={"authorization": captured})
    assert "stale=true" in answer.headers.get_list("www-authenticate")[0]
    assert ingest.metric(REFUSALS, reason="bad_credential") == 0


async def test_an_unknown_camera_and_a_wrong_password_get_the_same_answer(ingest):
    async with ingest.client() as client:
        unknown = await client.post("/v1/cameras/nobody/events", content=anpr(), auth=("nobody", "x"))
        wrong = await client.post(PATH, content=anpr(), auth=("cam-1", "x"))
        no_camera = await client.post("/v1/cameras/No%20Camera/events", content=anpr(), auth=("x", "x"))
    assert unknown.status_code == wrong.status_code == no_camera.status_code == 401
    assert unknown.json() == wrong.json() == no_camera.json()
    assert unknown.headers.keys() == wrong.headers.keys()
    assert ingest.metric(REFUSALS, reason="unknown_camera") == 2
    assert ingest.metric(REFUSALS, reason="bad_credential") == 1
    assert ingest.bus.events == []
    assert ingest.bus.letters == []


async def test_a_camera_can_only_speak_for_itself(ingest):
    answer = await ingest.post(anpr(), path="/v1/cameras/cam-2/events")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:rasid:problem:other-camera"
    assert ingest.metric(REFUSALS, reason="other_camera") == 1
    assert ingest.bus.events == []


@pytest.mark.parametrize("state", ["planned", "maintenance"])
async def test_what_a_camera_sends_before_and_beside_its_service_is_taken(ingest, state):
    await ingest.register("other", state=state)
    assert (await ingest.post(anpr(), camera_id="other")).status_code == 200


async def test_a_retired_camera_is_refused(ingest):
    await ingest.register("old", state="retired")
    answer = await ingest.post(anpr(), camera_id="old")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:rasid:problem:camera-retired"
    assert ingest.metric(REFUSALS, reason="retired") == 1


async def test_before_the_registry_is_loaded_nobody_is_called_unknown(ingest):
    ingest.store.devices.is_loaded = False
    answer = await ingest.post(anpr())
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_nothing_is_claimed_when_the_broker_does_not_acknowledge(ingest):
    ingest.bus.is_away = True
    answer = await ingest.post(anpr())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "accepted" not in answer.json()
    assert ingest.metric(PAYLOADS, adapter="hikvision", outcome="unavailable") == 1
    ingest.bus.is_away = False
    again = await ingest.post(anpr())
    assert again.status_code == 200
    assert again.json()["accepted"] == [event.id for event in ingest.bus.events]


async def test_the_same_payload_is_the_same_event_whenever_it_is_posted(ingest):
    first = await ingest.post(anpr())
    ingest.clock.shift(3600)
    assert (await ingest.post(anpr())).json()["accepted"] == first.json()["accepted"]
    assert (await ingest.post(anpr("13B12345"))).json()["accepted"] != first.json()["accepted"]


async def test_what_nobody_understands_is_refused_once_its_dead_letter_is_durable(ingest):
    answer = await ingest.post(b"<html><body>Log in</body></html>", content_type="text/html")
    assert answer.status_code == 422
    assert answer.json()["refused"][0]["type"].startswith("urn:rasid:problem:")
    assert answer.json()["detail"]
    [letter] = ingest.bus.letters
    assert letter.topic == INGEST_DEAD_LETTERS.name
    assert letter.value == b"<html><body>Log in</body></html>"


async def test_a_refusal_without_a_durable_dead_letter_is_no_answer(ingest):
    ingest.bus.lose = INGEST_DEAD_LETTERS.name
    assert (await ingest.post(b"nonsense")).status_code == 503
    ingest.bus.lose = None
    assert (await ingest.post(b"nonsense")).status_code == 422


async def test_of_several_parts_the_good_ones_become_events_and_each_bad_one_a_dead_letter(ingest):
    broken = b"<EventNotificationAlert><eventType>ANPR</eventType><AN"
    answer = await ingest.post(with_broken_part(anpr(), broken), content_type=MULTIPART)
    assert answer.status_code == 200
    assert len(answer.json()["accepted"]) == 1
    assert len(answer.json()["refused"]) == 1
    assert [letter.value for letter in ingest.bus.letters] == [broken]
    assert ingest.metric(PAYLOADS, adapter="hikvision", outcome="partly") == 1


async def test_a_payload_is_claimed_whole_or_not_at_all(ingest):
    ingest.bus.lose = DETECTIONS.name
    assert (await ingest.post(anpr())).status_code == 503


async def test_what_is_too_large_for_the_broker_is_a_dead_letter(ingest):
    ingest.bus.too_large = DETECTIONS.name
    answer = await ingest.post(anpr())
    assert answer.status_code == 422
    assert len(ingest.bus.letters) == 1
    assert len(ingest.bus.letters[0].value) <= 4096


async def test_a_body_that_is_too_large_is_refused_and_the_connection_ends(ingest):
    declared = await ingest.post(b"x" * (64 * 1024 + 1))
    assert declared.status_code == 413
    assert declared.headers["connection"] == "close"

    async def chunks():
        for _ in range(65):
            yield b"x" * 1024

    counted = await ingest.post(chunks())
    assert counted.status_code == 413
    assert ingest.bus.letters == []
    assert ingest.metric(PAYLOADS, adapter="none", outcome="unread") == 2


async def test_a_chunked_body_is_read(ingest):
    async def chunks():
        body = anpr()
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    assert (await ingest.post(chunks())).status_code == 200


async def test_a_body_that_comes_too_slowly_is_refused(ingest):
    async def chunks():
        yield b"<Event"
        await asyncio.Event().wait()

    answer = await ingest.post(chunks())
    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"


async def test_bodies_together_hold_no_more_memory_than_they_may(ingest):
    """60 KiB each, 100 KiB together: one waits at its end, the other finds no room; afterwards there is room again."""
    half_read, answered = asyncio.Event(), asyncio.Event()

    async def held():
        yield b"x" * 60 * 1024
        half_read.set()
        await answered.wait()

    async def post_second():
        await half_read.wait()
        answer = await ingest.post(b"y" * 60 * 1024)
        answered.set()
        return answer

    first, second = await asyncio.gather(ingest.post(held()), post_second())
    assert second.status_code == 503
    assert second.headers["retry-after"]
    assert ingest.metric("rasid_ingest_payloads_total", adapter="none", outcome="unavailable") == 1
    assert first.status_code == 422
    assert (await ingest.post(b"y" * 60 * 1024)).status_code == 422


async def test_heartbeats_are_published_once_a_minute_with_an_id_of_their_minute(ingest):
    answers = []
    for _ in range(4):
        answers.append((await ingest.post(heartbeat(at=ingest.clock.now()))).json())
        ingest.clock.shift(20)
    assert [len(answer["accepted"]) for answer in answers] == [1, 0, 0, 1]
    assert answers[1]["warnings"] == ["heartbeat_repeated"]
    ids = [event.id for event in ingest.bus.of("device.health")]
    assert len(set(ids)) == 2


async def test_two_processes_give_a_minutes_heartbeat_one_id(ingest, tmp_path):
    (tmp_path / "other").mkdir()
    other = IngestBench(tmp_path / "other")
    await other.register("cam-1")
    first = await ingest.post(heartbeat(at=ingest.clock.now()))
    other.clock.shift(7)
    second = await other.post(heartbeat(at=other.clock.now()))
    assert first.json()["accepted"] == second.json()["accepted"]


async def test_a_heartbeat_that_was_not_durable_is_tried_again(ingest):
    ingest.bus.is_away = True
    assert (await ingest.post(heartbeat())).status_code == 503
    ingest.bus.is_away = False
    assert len((await ingest.post(heartbeat())).json()["accepted"]) == 1


async def test_pictures_are_stored_until_they_expire_before_the_answer(ingest):
    answer = await ingest.post(with_pictures(anpr(), JPEG), content_type=MULTIPART)
    assert answer.status_code == 200
    [image] = ingest.bus.events[0].data.images
    place = place_of(image.uri)
    [(where, (body, _))] = ingest.objects.objects.items()
    assert (where, body[place.start : place.start + place.size_bytes]) == (("pictures", place.key), JPEG)
    assert (
        ingest.clock.now() + timedelta(days=21, seconds=-1)
        < place.expires_at
        <= ingest.clock.now() + timedelta(days=21)
    )


async def test_an_event_does_not_wait_for_a_store_that_is_away(ingest):
    ingest.objects.is_away = True
    answer = await ingest.post(with_pictures(anpr(), JPEG), content_type=MULTIPART)
    assert answer.status_code == 200
    assert "picture_not_stored" in answer.json()["warnings"]
    [event] = ingest.bus.of("plate.read")
    assert "picture_not_stored" in event.data.warnings
    assert event.data.images[0].uri is None
    assert ingest.metric("rasid_ingest_pictures_total", outcome="unavailable") == 1


async def test_secrets_are_in_no_dead_letter(ingest):
    token = "secret-token-of-a-proxy"
    answer = await ingest.post(b"nonsense", Cookie=f"session={token}", **{"X-Api-Key": token, "User-Agent": "camera/1"})
    assert answer.status_code == 422
    [letter] = ingest.bus.letters
    headers = dict(letter.headers)
    assert headers["http_user-agent"] == b"camera/1"
    assert headers["http_content-type"] == XML.encode()
    assert headers["rasid_reason"]
    assert headers["rasid_camera_id"] == b"cam-1"
    whole = repr(letter)
    basic = base64.b64encode(f"cam-1:{PASSWORD}".encode()).decode()
    assert not any(secret in whole for secret in (token, PASSWORD, basic, "uthorization"))


async def test_logs_name_no_plate_and_no_secret(ingest, capsys, caplog):
    await ingest.post(anpr("13A77777").replace(b"ANPR</eventType>", b"odd</eventType>"))
    await ingest.post(b"13A77777")
    ingest.bus.is_away = True
    await ingest.post(anpr("13A77777"))
    async with ingest.client() as client:
        await client.post(PATH, content=anpr("13A77777"), auth=("cam-1", "guess-1234"))
    output = capsys.readouterr()
    said = output.out + output.err + caplog.text
    assert "refused" in said
    assert not any(word in said for word in ("13A77777", PASSWORD, "guess-1234"))


@pytest.mark.expects_errors("reading a post failed")
async def test_a_fault_in_an_adapter_keeps_the_payload(ingest, monkeypatch, caplog):
    def fail(*_):
        raise KeyError("13A77777")

    monkeypatch.setattr("services.ingest.intake.read_payload", fail)
    answer = await ingest.post(anpr())
    assert answer.status_code == 422
    assert answer.json()["refused"][0]["type"] == "urn:rasid:problem:reading-failed"
    assert ingest.bus.letters[0].value == anpr()
    assert "13A77777" not in caplog.text


async def test_a_client_that_waits_to_be_told_to_continue_is_let_go_when_it_is_refused(ingest):
    async with ingest.client() as client:
        answer = await client.post(PATH, content=anpr(), headers={"expect": "100-continue"})
    assert answer.status_code == 401
    assert answer.headers["connection"] == "close"


async def test_the_camera_route_is_the_only_one_without_the_gate(ingest):
    assert ungated_routes(ingest.app, PUBLIC_ROUTES) == []
    assert stale_public_routes(ingest.app, PUBLIC_ROUTES) == []


async def test_openapi_says_of_every_route_what_it_does_and_what_it_may_refuse(ingest):
    for path, methods in ingest.app.openapi()["paths"].items():
        for method, route in methods.items():
            assert route["summary"], path
            assert route["description"], path
            if path.startswith("/VIID/"):  # answered in the words of that protocol, see test_viid.py
                continue
            refusals = {status for status in route["responses"] if status >= "400"}
            assert {"401", "403", "422", "503"} <= refusals, f"{method} {path}"
            assert all("application/problem+json" in route["responses"][status]["content"] for status in refusals), (
                f"{method} {path}"
            )


def test_the_whole_service_has_no_ungated_route_and_describes_its_credentials(tmp_path):
    settings = IngestSettings(
        token_keys=ensure_keys(tmp_path).key_set,
        pseudonym_key="5a" * 32,
        seal_key="5a" * 32,
        nonce_key="5a" * 32,
        objects_access_key="key",
        objects_secret_key="secret",
    )
    app = create_app(settings, Lifecycle())
    assert ungated_routes(app, PUBLIC_ROUTES) == []
    schemes = app.openapi()["components"]["securitySchemes"]
    assert {"basic", "digest", "token"} <= schemes.keys()
    assert {"digest": []} in app.openapi()["paths"]["/v1/cameras/{camera_id}/events"]["post"]["security"]


async def test_the_example_in_the_description_is_taken(ingest):
    post = ingest.app.openapi()["paths"]["/v1/cameras/{camera_id}/events"]["post"]
    example = post["requestBody"]["content"]["application/xml"]["example"]
    answer = await ingest.post(example.encode())
    assert answer.status_code == 200
    assert ingest.bus.events[0].data.plate.text == "13A12345"


async def test_answers_are_as_described(ingest):
    for body in (anpr(), anpr("") + anpr("13A77778").replace(b"ANPR</eventType>", b"odd</eventType>")):
        answer = await ingest.post(body)
        assert answer.status_code == 200
        assert EventsAnswer.model_validate_json(answer.content, strict=True, extra="forbid").accepted
