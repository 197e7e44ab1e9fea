"""Credentials by which Rasid asks cameras: given, sealed, revoked, and seen by nobody afterwards."""

import pytest

from rasid.errors import Altered, ConfigurationError
from rasid.identity.sealing import open_sealed
from rasid.runtime.ids import RandomIds
from rasid.testing.identity import SEAL_PRIVATE
from services.ingest.pull.plan import PullStatus, summary, targets
from services.ingest.pull.vault import CameraCredential, Vault
from tests.unit.ingest.service.doubles import device

PATH = "/v1/cameras/cam-1/pull-credential"
SECRET = {"username": "rasid", "password": "kept-on-the-camera: yes"}
KEY = "5a" * 32


async def test_a_credential_is_sealed_and_opens_for_its_camera_only(ingest):
    answer = await ingest.ask("PUT", PATH, json=SECRET)
    assert (answer.status_code, answer.content) == (204, b"")
    [sealed] = ingest.secrets.kept.values()
    assert SECRET["password"] not in sealed
    found = await ingest.pulls.credentials.of("cam-1")
    assert (found.username, found.password) == tuple(SECRET.values())
    with pytest.raises(Altered, match="does not open"):
        ingest.vault.open("cam-2", sealed)


async def test_it_is_shown_by_no_answer_no_event_no_audit_record_no_log_and_no_printing(ingest, caplog, capsys):
    caplog.set_level(0)
    answers = [await ingest.ask("PUT", PATH, json=SECRET)]
    answers += [await ingest.ask("GET", path) for path in ("/v1/cameras/cam-1", "/v1/cameras", "/v1/pulled-cameras")]
    answers.append(await ingest.ask("PUT", PATH, content=b'{"username": "x", "password": "kept-on-the-camera'))
    output = capsys.readouterr()
    said = "".join(answer.text for answer in answers) + output.out + output.err + caplog.text
    said += repr(ingest.bus.events) + repr(CameraCredential(**SECRET)) + str(CameraCredential(**SECRET))
    assert "kept-on-the-camera" not in said
    records = [event.data for event in ingest.bus.of("audit.recorded") if event.data.sealed]
    assert records
    ours = [one for one in records if "pull-credential" in one.route]
    opened = [open_sealed(SEAL_PRIVATE, one.audit_id, one.sealed) for one in ours]
    assert opened
    assert "kept-on-the-camera" not in repr(opened)


async def test_it_is_replaced_and_forgotten(ingest):
    await ingest.ask("PUT", PATH, json=SECRET)
    await ingest.ask("PUT", PATH, json=SECRET | {"password": "another"})
    assert (await ingest.pulls.credentials.of("cam-1")).password == "another"
    assert (await ingest.ask("DELETE", PATH)).status_code == 204
    assert await ingest.pulls.credentials.of("cam-1") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"username": "x"}',
        b'{"username": "", "password": "y"}',
        b'{"username": "a:b", "password": "y"}',
    ],
)
async def test_what_is_no_credential_is_refused_without_repeating_it(ingest, body):
    answer = await ingest.ask("PUT", PATH, content=body)
    assert answer.status_code == 422
    assert "username and password" in answer.json()["detail"]
    assert ingest.secrets.kept == {}


async def test_an_unknown_camera_a_large_body_and_a_missing_key_are_refused(ingest):
    assert (await ingest.ask("PUT", "/v1/cameras/nobody/pull-credential", json=SECRET)).status_code == 404
    assert (await ingest.ask("PUT", PATH, content=b"x" * 5000)).status_code == 413
    ingest.pulls.credentials._vault = None
    answer = await ingest.ask("PUT", PATH, json=SECRET)
    assert answer.status_code == 409
    assert "RASID_CAMERA_KEY" in answer.json()["detail"]


async def test_only_who_may_alter_credentials_may_give_one(ingest):
    async with ingest.client() as client:
        headers = ingest.bench.headers(case=None, purpose=None, roles=("operator",))
        assert (await client.put(PATH, headers=headers, json=SECRET)).status_code == 403
        assert (await client.put(PATH, json=SECRET)).status_code == 401
    assert ingest.secrets.kept == {}


async def test_the_state_of_each_camera_is_listed(ingest):
    now = ingest.clock.now()
    ingest.statuses = (PullStatus("cam-1", "dahua", "waiting", now, "refused", "the camera does not take it", 3),)
    answer = await ingest.ask("GET", "/v1/pulled-cameras")
    [one] = answer.json()["items"]
    assert (one["camera_id"], one["state"], one["reason"], one["tries"]) == ("cam-1", "waiting", "refused", 3)


async def test_a_camera_to_be_asked_has_an_address(ingest):
    wrong = await ingest.ask("PUT", "/v1/cameras/new", json={"kind": "fixed", "pull": "dahua"})
    assert wrong.status_code == 422
    right = await ingest.ask("PUT", "/v1/cameras/new", json={"kind": "fixed", "pull": "dahua", "address": "192.0.2.9"})
    assert right.status_code == 201


def test_the_same_credential_is_never_sealed_alike_and_another_key_does_not_open_it():
    vault, other = Vault(KEY, RandomIds().secret), Vault("6b" * 32, RandomIds().secret)
    first, second = (vault.seal("cam-1", CameraCredential("a", "b")) for _ in range(2))
    assert first != second
    with pytest.raises(Altered, match="another key"):
        other.open("cam-1", first)
    for text in ("", "c1", first[:-4], first[:-1] + "!", first.replace("c1", "c2")):
        with pytest.raises(Altered):
            vault.open("cam-1", text)


@pytest.mark.parametrize("key", ["", "5a" * 31, "zz" * 32])
def test_a_key_that_is_none_is_told_with_how_to_make_one(key):
    with pytest.raises(ConfigurationError, match="RASID_CAMERA_KEY"):
        Vault(key, RandomIds().secret)


def test_who_is_asked_where():
    known = device("cam-1")
    kind = type(known)

    def one(camera_id, **fields):
        context = type(known.context)(camera_id)
        return kind(context, fields.pop("state", "active"), (), 1, **fields)

    found = targets(
        [
            one("a", pull="hikvision", address="192.0.2.1"),
            one("b", pull="dahua", address="fd00::1", pull_port=8080),
            one("c", pull="dahua", address="192.0.2.3", state="retired"),
            one("d", pull="dahua", address="192.0.2.3", state="planned"),
            one("e", address="192.0.2.3"),
        ]
    )
    assert {name: (target.base + target.path).split("?")[0] for name, target in found.items()} == {
        "a": "http://192.0.2.1:80/ISAPI/Event/notification/alertStream",
        "b": "http://[fd00::1]:8080/cgi-bin/eventManager.cgi",
    }


def test_what_is_said_of_all_of_them(ingest):
    now = ingest.clock.now()
    up, down = PullStatus("a", "dahua", "connected", now), PullStatus("b", "dahua", "waiting", now)
    assert summary([up], 0) is None
    assert summary([], 0) is None
    away = "1 of 2 cameras asked by this process are not connected"
    assert summary([up, down], 0) == away
    assert summary([up, down], 7).startswith(f"{away}; 7 cameras are asked by no process")
