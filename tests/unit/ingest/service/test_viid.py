"""GA/T 1400: a device registers by Digest, shows life, tells its time, posts what it saw, and goes."""

import asyncio
import json
from datetime import datetime

import httpx
import pytest

from rasid.contract.topics import INGEST_DEAD_LETTERS
from services.ingest.app import served
from services.ingest.turn import LONGEST_SECONDS
from services.ingest.viid.protocol import POSTED, resource_of
from tests.support.samples import files_of, needs_samples
from tests.support.vendors.gat1400 import DEVICE, SOURCE, face, listed, notice, person, vehicle
from tests.unit.ingest.service.bench import PASSWORD

REGISTER, KEEPALIVE, UNREGISTER = (f"/VIID/System/{name}" for name in ("Register", "Keepalive", "UnRegister"))
VEHICLES = "/VIID/MotorVehicles"
HOME, ELSEWHERE = "192.0.2.17", "198.51.100.4"
REFUSALS = "rasid_ingest_camera_refusals_total"
NO_AUTH = object()


def sign(name, device=DEVICE):
    return json.dumps({f"{name}Object": {"DeviceID": device}}).encode()


class Firmware:
    """A device as it is set up: user, password, identifier. It proves itself when it registers, then names itself."""

    def __init__(self, ingest, *, user="cam-1", password=PASSWORD, device=DEVICE, peer=HOME):
        self._ingest = ingest
        self._auth = httpx.DigestAuth(user, password)
        self.device = device
        self.peer = peer

    async def send(self, path, body=b"", *, method="POST", auth=NO_AUTH, **headers):
        transport = httpx.ASGITransport(app=served(self._ingest.app), client=(self.peer, 4711))
        given = {"content-type": "application/VIID+JSON;charset=UTF-8", "User-Identify": self.device, **headers}
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
            options = {} if auth is NO_AUTH else {"auth": auth}
            return await client.request(method, path, content=body, headers=given, **options)

    async def register(self):
        return await self.send(REGISTER, sign("Register", self.device), auth=self._auth)

    async def keepalive(self):
        return await self.send(KEEPALIVE, sign("Keepalive", self.device))

    async def unregister(self):
        return await self.send(UNREGISTER, sign("UnRegister", self.device))


@pytest.fixture
async def device(ingest):
    found = Firmware(ingest)
    assert (await found.register()).status_code == 200
    return found


def state(answer):
    """The one state of an answer to a sign of life."""
    return answer.json()["ResponseStatusObject"]


def states(answer):
    return answer.json()["ResponseStatusListObject"]["ResponseStatusObject"]


def plates(ingest):
    return [event.data.plate.raw for event in ingest.bus.of("plate.read")]


async def test_a_device_registers_by_the_answer_to_a_challenge(ingest):
    firmware = Firmware(ingest)
    first = await firmware.send(REGISTER, sign("Register"))
    assert first.status_code == 401
    schemes = first.headers.get_list("www-authenticate")
    assert schemes[0].startswith("Digest ")
    assert 'qop="auth"' in schemes[0]
    assert "MD5" in schemes[0]
    assert state(first)["StatusCode"] == 4
    answer = await firmware.register()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/VIID+JSON;charset=UTF-8"
    assert state(answer) == {
        "RequestURL": REGISTER,
        "StatusCode": 0,
        "StatusString": "正常",
        "Id": DEVICE,
        "LocalTime": "20260301110000",
    }
    [event] = ingest.bus.of("device.connected")
    assert (event.data.camera_id, event.data.adapter.name) == ("cam-1", "gat1400")
    assert ingest.metric(REFUSALS, reason="bad_credential") == 0


async def test_a_registered_device_is_known_by_its_identifier(ingest, device):
    body = listed("MotorVehicle", vehicle(), vehicle("无车牌", MotorVehicleID=f"{SOURCE}0200002"))
    answer = await device.send(VEHICLES, body)
    assert answer.status_code == 200
    assert [(one["Id"], one["StatusCode"]) for one in states(answer)] == [
        (f"{SOURCE}0200001", 0),
        (f"{SOURCE}0200002", 0),
    ]
    assert all(one["RequestURL"] == VEHICLES for one in states(answer))
    assert plates(ingest) == ["京AF0236"]
    assert len(ingest.bus.of("vehicle.detected")) == 1


@pytest.mark.parametrize(
    ("resource", "body", "kind"),
    [
        ("NonMotorVehicles", listed("NonMotorVehicle", vehicle(NonMotorVehicleID="n1")), "plate.read"),
        ("Persons", listed("Person", person()), "person.detected"),
        ("Faces", listed("Face", face()), "face.detected"),
        (
            "SubscribeNotifications",
            notice("Subscribe", MotorVehicleObjectList={"MotorVehicleObject": [vehicle()]}),
            "plate.read",
        ),
        ("DispositionNotifications", notice("Disposition", MotorVehicleObject=vehicle()), "plate.read"),
    ],
)
async def test_every_list_is_taken_and_answered_one_by_one(ingest, device, resource, body, kind):
    answer = await device.send(f"/VIID/{resource}", body)
    assert [one["StatusCode"] for one in states(answer)] == [0]
    assert states(answer)[0]["Id"]
    assert len(ingest.bus.of(kind)) == 1


@needs_samples
async def test_the_published_sample_is_taken(ingest, device):
    for path in files_of("gat1400_viid").values():
        answer = await device.send(VEHICLES, path.read_bytes())
        assert [(one["Id"], one["StatusCode"]) for one in states(answer)] == [("33029902001210000118", 0)]
    assert plates(ingest) == ["浙BY6H39"]


@pytest.mark.parametrize("path", ["/VIID/MotorVehicles/", "/VIID/motorvehicles", "/viid/MotorVehicles"])
async def test_an_address_may_be_written_as_devices_vary_it(ingest, device, path):
    answer = await device.send(path, listed("MotorVehicle", vehicle()))
    expected = 404 if path.startswith("/viid") else 200
    assert answer.status_code == expected


async def test_what_is_no_resource_is_told_so_in_the_protocols_words(device):
    for path in ("/VIID/Images", "/VIID/System/Time", "/VIID/x/y"):
        answer = await device.send(path, b"{}")
        assert answer.status_code in {404, 405}
    assert state(await device.send("/VIID/Images", b"{}"))["StatusCode"] == 4


async def test_signs_of_life_are_heartbeats(ingest, device):
    answer = await device.keepalive()
    assert (state(answer)["StatusCode"], state(answer)["Id"]) == (0, DEVICE)
    [event] = ingest.bus.of("device.health")
    assert event.data.health.component == "heartbeat"


async def test_a_device_that_goes_is_disconnected_and_must_register_anew(ingest, device):
    assert state(await device.unregister())["StatusCode"] == 0
    assert len(ingest.bus.of("device.disconnected")) == 1
    assert (await device.keepalive()).status_code == 401
    assert (await device.register()).status_code == 200
    assert (await device.keepalive()).status_code == 200


@pytest.mark.parametrize(
    ("zone", "local"),
    [("Asia/Baghdad", "20260301110000"), ("Asia/Shanghai", "20260301160000"), (None, "20260301160000")],
)
async def test_the_time_a_device_is_told_is_the_one_its_reads_are_dated_by(ingest, zone, local):
    await ingest.register("cam-9", adapter="gat1400")
    device = ingest.store.devices.get("cam-9")
    firmware = Firmware(ingest, user="cam-9")
    await firmware.register()
    context = type(device.context)(camera_id="cam-9", time_zone=zone)
    ingest.store.devices._devices["cam-9"] = type(device)(context, "active", device.credentials, device.changed)
    told = (await firmware.send("/VIID/System/Time", method="GET")).json()["SystemTimeObject"]
    assert (told["LocalTime"], told["TimeMode"]) == (local, "1")
    assert told["TimeZone"] == (zone or "Asia/Shanghai")
    await firmware.send(VEHICLES, listed("MotorVehicle", vehicle(PassTime=told["LocalTime"])))
    [event] = ingest.bus.of("plate.read")
    assert datetime.fromisoformat(event.data.captured_at) == ingest.clock.now()


async def test_whoever_asks_the_time_before_it_registers_is_told_beijings(ingest):
    told = (await Firmware(ingest).send("/VIID/System/Time", method="GET")).json()["SystemTimeObject"]
    assert told["LocalTime"] == "20260301160000"


async def test_a_device_is_told_that_more_comes_than_can_be_worked_on(ingest, device):
    ingest.turn.check()
    ingest.worked_seconds += LONGEST_SECONDS
    refused = await device.send(VEHICLES, listed("MotorVehicle", vehicle()))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert plates(ingest) == []
    await asyncio.sleep(0)
    assert (await device.send(VEHICLES, listed("MotorVehicle", vehicle()))).status_code == 200


async def test_a_name_alone_proves_nothing(ingest, device):
    stranger = Firmware(ingest, device="35010000001190000999")
    assert (await stranger.send(VEHICLES, listed("MotorVehicle", vehicle()))).status_code == 401
    other = Firmware(ingest, peer=ELSEWHERE)
    assert (await other.send(VEHICLES, listed("MotorVehicle", vehicle()))).status_code == 401
    assert plates(ingest) == []
    assert ingest.metric(REFUSALS, reason="bad_credential") == 1
    assert [(one.claimed, one.peer) for one in ingest.strangers.latest()] == [(DEVICE, ELSEWHERE)]


async def test_a_device_with_a_new_address_registers_again_and_goes_on(ingest, device):
    device.peer = ELSEWHERE
    assert (await device.keepalive()).status_code == 401
    assert (await device.register()).status_code == 200
    assert (await device.keepalive()).status_code == 200


async def test_a_wrong_password_and_an_unknown_user_are_refused_alike_and_listed(ingest):
    wrong = await Firmware(ingest, password="guess").register()
    unknown = await Firmware(ingest, user="nobody").register()
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert {one.reason for one in ingest.strangers.latest()} == {"bad_credential", "unknown_camera"}
    assert ingest.bus.events == []


async def test_one_cameras_device_cannot_be_taken_over_or_sent_away_by_another(ingest, device):
    other = Firmware(ingest, user="cam-2", peer=ELSEWHERE)
    taken = await other.register()
    assert (taken.status_code, state(taken)["StatusCode"]) == (403, 4)
    gone = await other.send(UNREGISTER, sign("UnRegister"), auth=other._auth)
    assert gone.status_code == 200, "it says that itself goes"
    assert (await device.keepalive()).status_code == 200
    assert ingest.metric(REFUSALS, reason="other_camera") == 1
    assert {event.data.camera_id for event in ingest.bus.of("device.connected")} == {"cam-1"}


async def test_a_device_that_is_registered_under_another_serial_is_not_this_camera(ingest):
    devices = ingest.store.devices
    known = devices.get("cam-2")
    devices.apply(type(known)(known.context, "active", known.credentials, known.changed + 1, serial=DEVICE))
    assert (await Firmware(ingest).register()).status_code == 403
    assert (await Firmware(ingest, user="cam-2").register()).status_code == 200


async def test_a_registration_ends_with_silence_and_lives_on_signs_of_life(ingest, device):
    for _ in range(4):
        ingest.clock.shift(200)
        assert (await device.keepalive()).status_code == 200
    ingest.clock.shift(301)
    assert (await device.keepalive()).status_code == 401


async def test_a_registration_ends_with_the_credential_it_was_proven_by(ingest, device):
    await ingest.ask("POST", "/v1/cameras/cam-1/credential")
    assert (await device.keepalive()).status_code == 200, "the former password works for a while"
    await ingest.ask("DELETE", "/v1/cameras/cam-1/credential")
    assert (await device.keepalive()).status_code == 401
    ingest.clock.shift(1)
    await ingest.ask("POST", "/v1/cameras/cam-1/credential")
    assert (await device.keepalive()).status_code == 401, "it has not proven the new one"


async def test_a_registration_does_not_renew_itself_past_the_password_it_rests_on(ingest, device):
    ingest.clock.shift(1)
    await ingest.ask("POST", "/v1/cameras/cam-1/credential")
    ingest.clock.shift(60)
    bare = await device.send(REGISTER, sign("Register"))
    assert bare.status_code == 401
    assert bare.headers.get_list("www-authenticate")[0].startswith("Digest ")
    assert (await device.keepalive()).status_code == 200, "the registration that it has holds"
    await live_on(ingest, device, 900)
    assert (await device.keepalive()).status_code == 401


async def test_who_registers_by_the_former_password_has_not_proven_the_new_one(ingest, device):
    ingest.clock.shift(1)
    answer = await ingest.ask("POST", "/v1/cameras/cam-1/credential")
    ingest.clock.shift(60)
    assert (await device.register()).status_code == 200, "it still works for a while"
    await live_on(ingest, device, 900)
    assert (await device.keepalive()).status_code == 401
    renewed = Firmware(ingest, password=answer.json()["password"])
    assert (await renewed.register()).status_code == 200
    await live_on(ingest, renewed, 900)
    assert (await renewed.keepalive()).status_code == 200


async def live_on(ingest, device, seconds):
    """Time goes on, and the device shows life every minute."""
    for _ in range(seconds // 60):
        ingest.clock.shift(60)
        await device.keepalive()


async def test_a_retired_camera_is_refused(ingest, device):
    known = ingest.store.devices.get("cam-1")
    ingest.store.devices.apply(type(known)(known.context, "retired", known.credentials, known.changed + 1))
    answer = await device.keepalive()
    assert (answer.status_code, state(answer)["StatusCode"]) == (403, 4)


async def test_another_process_and_the_next_one_know_the_registration(ingest, device):
    ingest.app.state.viid = ingest._viid(ingest.app.state.reception)
    assert (await device.keepalive()).status_code == 200


async def test_while_the_database_is_away_a_device_registers_and_posts(ingest):
    ingest.registrations.is_away = True
    firmware = Firmware(ingest)
    refused = await firmware.send(VEHICLES, listed("MotorVehicle", vehicle()))
    assert (refused.status_code, states(refused)[0]["StatusCode"]) == (503, 2), "nobody knows whether it is registered"
    ingest.registrations.is_away = False
    await firmware.register()
    ingest.registrations.is_away = True
    ingest.clock.shift(200)
    assert (await firmware.send(VEHICLES, listed("MotorVehicle", vehicle()))).status_code == 200


async def test_signs_of_life_are_not_each_written_to_the_database(ingest, device):
    for _ in range(9):
        ingest.clock.shift(10)
        await device.keepalive()
    assert ingest.registrations.writes == 1
    ingest.clock.shift(20)
    await device.keepalive()
    assert ingest.registrations.writes == 2


async def test_nothing_is_promised_while_the_broker_is_away(ingest, device):
    ingest.bus.is_away = True
    for answer, found in (
        (await device.send(VEHICLES, listed("MotorVehicle", vehicle())), states),
        (await device.keepalive(), lambda one: [state(one)]),
    ):
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert found(answer)[0]["StatusCode"] == 2
    ingest.bus.is_away = False
    assert (await device.send(VEHICLES, listed("MotorVehicle", vehicle()))).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", 8), (b"{", 7), (b"not json", 8), (b"[]", 8), (b'{"MotorVehicleListObject": {}}', 8), (b'{"x": 1}', 8)],
)
async def test_what_is_not_understood_is_told_and_kept_as_a_dead_letter(ingest, device, body, code):
    answer = await device.send(VEHICLES, body)
    assert answer.status_code == 200
    assert [one["StatusCode"] for one in states(answer)] == [code]
    assert len(states(answer)[0]["StatusString"]) > 10
    assert [letter.topic for letter in ingest.bus.letters] == [INGEST_DEAD_LETTERS.name]


async def test_a_body_that_is_too_large_is_refused_in_the_protocols_words(device):
    answer = await device.send(VEHICLES, b"x" * (64 * 1024 + 1))
    assert answer.status_code == 413
    assert states(answer)[0]["StatusCode"] == 1


@pytest.mark.parametrize("body", [b"{}", b'{"RegisterObject": {"DeviceID": "x y"}}', sign("Register", "123")])
async def test_a_device_that_names_itself_not_at_all_or_twice_is_not_registered(ingest, body):
    firmware = Firmware(ingest)
    headers = {} if b"123" in body else {"User-Identify": ""}
    answer = await firmware.send(REGISTER, body, auth=firmware._auth, **headers)
    assert state(answer)["StatusCode"] == 8
    assert ingest.registrations.kept == {}
    assert ingest.bus.events == []


async def test_basic_or_digest_with_every_post_does_without_a_registration(ingest):
    firmware = Firmware(ingest)
    for auth in (firmware._auth, httpx.BasicAuth("cam-1", PASSWORD)):
        answer = await firmware.send(VEHICLES, listed("MotorVehicle", vehicle()), auth=auth)
        assert answer.status_code == 200
    assert ingest.registrations.kept == {}


async def test_before_the_registry_is_loaded_nobody_is_called_unknown(ingest):
    ingest.store.devices.is_loaded = False
    answer = await Firmware(ingest).register()
    assert (answer.status_code, state(answer)["StatusCode"]) == (503, 2)


def test_every_resource_is_described(ingest_paths):
    assert {f"/VIID/{name}" for name in POSTED} <= ingest_paths.keys()
    for path, methods in ingest_paths.items():
        for route in methods.values():
            assert {"200", "401", "403", "503"} <= route["responses"].keys(), path


@pytest.fixture
def ingest_paths(ingest):
    return {path: one for path, one in ingest.app.openapi()["paths"].items() if path.startswith("/VIID/")}


def test_no_other_address_is_taken_for_a_resource():
    assert resource_of("/v1/cameras") is None
    assert resource_of("/VIID/") is None
    assert resource_of("/VIID/System/Register/") == "System/Register"
