import base64
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from rasid.testing.clock import START
from services.ingest import digest
from services.ingest.admission import Admission, Refused, Request
from services.ingest.credentials import REALM, new_credential, rotated
from services.ingest.devices import Devices
from services.ingest.digest import Nonces, challenges
from tests.unit.ingest.service.doubles import device

PASSWORD = "mfrggzdfmztwq2lkmfrggzdfmztwq2lk"
PATH = "/v1/cameras/cam-1/events"


@pytest.fixture
def devices():
    found = Devices()
    found.apply(device("cam-1", (new_credential("cam-1", PASSWORD, START),)))
    found.apply(device("cam-2", (new_credential("cam-2", "another", START),)))
    found.apply(device("bare"))
    return found


@pytest.fixture
def nonces():
    return Nonces(b"secret", 300)


@pytest.fixture
def admission(devices, nonces):
    return Admission(devices, nonces, unknown_password="unknown", started_at=START)


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def digest_answer(user, password, nonces, *, algorithm="MD5", at=START, uri=PATH, method="POST"):
    """What a client makes of our challenge."""
    wanted = f"algorithm={algorithm},"
    challenge = next(text for text in challenges(REALM, nonces.new(at)) if wanted in text)
    auth = httpx.DigestAuth(user, password)
    request = httpx.Request(method, f"http://rasid{uri}")
    flow = auth.auth_flow(request)
    next(flow)
    answered = flow.send(httpx.Response(401, headers={"www-authenticate": challenge}, request=request))
    return answered.headers["authorization"]


def request(authorization, camera_id="cam-1", at=START, path=None):
    path = path or f"/v1/cameras/{camera_id}/events"
    return Request(camera_id=camera_id, method="POST", path=path, authorization=authorization, at=at)


def test_a_camera_is_admitted_by_basic(admission, devices):
    assert admission.admit(request(basic("cam-1", PASSWORD))) is devices.get("cam-1")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_camera_is_admitted_by_digest_of_a_common_client(admission, devices, nonces, algorithm):
    authorization = digest_answer("cam-1", PASSWORD, nonces, algorithm=algorithm)
    assert admission.admit(request(authorization)) is devices.get("cam-1")


def test_old_firmware_is_admitted_by_digest_without_qop(admission, devices, nonces):
    nonce = nonces.new(START)
    draft = digest.DigestAnswer("cam-1", REALM, nonce, PATH, "", "MD5", None, "", "")
    response = digest.response(draft, digest.ha1("MD5", "cam-1", REALM, PASSWORD), "POST")
    authorization = f'Digest username="cam-1", realm="{REALM}", nonce="{nonce}", uri="{PATH}", response="{response}"'
    assert admission.admit(request(authorization)) is devices.get("cam-1")


def test_a_post_without_a_credential_is_asked_for_one(admission):
    assert admission.admit(request(None)) == Refused("no_credential")


@pytest.mark.parametrize(
    "authorization",
    [
        basic("cam-1", "wrong"),
        basic("cam-1", ""),
        basic("", "unknown"),
        basic("bare", "unknown"),
        "Basic !!!",
        "Basic \xe9t\xe9",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Bearer abc",
        "Digest nonsense",
        "",
    ],
)
def test_a_wrong_credential_is_refused(admission, authorization):
    assert admission.admit(request(authorization)) == Refused("bad_credential", "cam-1")


def test_an_unknown_camera_is_refused_like_a_wrong_credential(admission):
    assert admission.admit(request(basic("cam-9", PASSWORD), "cam-9")) == Refused("unknown_camera")
    assert admission.admit(request(basic("cam-9", "unknown"), "cam-9")) == Refused("unknown_camera")


def test_a_camera_without_a_credential_cannot_post(admission):
    assert admission.admit(request(basic("bare", ""), "bare")) == Refused("bad_credential", "bare")


def test_a_camera_cannot_speak_for_another(admission, nonces):
    assert admission.admit(request(basic("cam-1", PASSWORD), "cam-2")) == Refused("other_camera", "cam-1")
    other = digest_answer("cam-1", PASSWORD, nonces, uri="/v1/cameras/cam-2/events")
    assert admission.admit(request(other, "cam-2")) == Refused("other_camera", "cam-1")
    assert admission.admit(request(basic("cam-1", PASSWORD), "cam-9")) == Refused("other_camera", "cam-1")


def test_a_digest_for_one_address_opens_no_other(admission, nonces):
    elsewhere = digest_answer("cam-1", PASSWORD, nonces, uri="/v1/cameras/cam-2/events")
    assert admission.admit(request(elsewhere)) == Refused("bad_credential", "cam-1")
    get = digest_answer("cam-1", PASSWORD, nonces, method="GET")
    assert admission.admit(request(get)) == Refused("bad_credential", "cam-1")


def test_a_proxy_may_have_taken_a_prefix_away(admission, devices, nonces):
    authorization = digest_answer("cam-1", PASSWORD, nonces, uri=f"/rasid{PATH}?x=1")
    assert admission.admit(request(authorization)) is devices.get("cam-1")


def test_an_old_nonce_is_stale_only_for_who_knows_the_password(admission, nonces):
    late = START + timedelta(seconds=301)
    right = digest_answer("cam-1", PASSWORD, nonces)
    assert admission.admit(request(right, at=late)) == Refused("stale_nonce", "cam-1")
    wrong = digest_answer("cam-1", "wrong", nonces)
    assert admission.admit(request(wrong, at=late)) == Refused("bad_credential", "cam-1")


def test_a_nonce_of_before_the_secret_changed_is_stale(admission):
    authorization = digest_answer("cam-1", PASSWORD, Nonces(b"former secret", 300))
    assert admission.admit(request(authorization)) == Refused("stale_nonce", "cam-1")


def test_a_retired_camera_is_told_so_once_it_has_proved_itself(admission, devices):
    known = devices.get("cam-1")
    devices.apply(replace(known, state="retired", changed=9))
    assert admission.admit(request(basic("cam-1", PASSWORD))) == Refused("retired", "cam-1")
    assert admission.admit(request(basic("cam-1", "wrong"))) == Refused("bad_credential", "cam-1")


def test_the_former_password_works_during_the_overlap_only(admission, devices):
    known = devices.get("cam-1")
    new = new_credential("cam-1", "new", START)
    both = rotated(known.credentials, new, overlap_seconds=900)
    devices.apply(replace(known, credentials=both, changed=2))
    soon, later = START + timedelta(seconds=899), START + timedelta(seconds=900)
    assert admission.admit(request(basic("cam-1", PASSWORD), at=soon)).camera_id == "cam-1"
    assert admission.admit(request(basic("cam-1", "new"), at=soon)).camera_id == "cam-1"
    assert admission.admit(request(basic("cam-1", PASSWORD), at=later)) == Refused("bad_credential", "cam-1")
    assert admission.admit(request(basic("cam-1", "new"), at=later)).camera_id == "cam-1"


def test_an_unknown_camera_costs_as_many_comparisons_as_a_known_one(admission, monkeypatch):
    compared = []
    honest = digest.hmac.compare_digest
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: compared.append(1) or honest(a, b))
    counts = set()
    for camera_id, password in (("cam-1", "wrong"), ("cam-9", "wrong"), ("bare", "wrong"), ("cam-1", PASSWORD)):
        compared.clear()
        admission.admit(request(basic(camera_id, password), camera_id))
        counts.add(len(compared))
    assert counts == {2}


def test_what_is_older_than_what_is_known_is_not_taken_over(devices):
    devices.apply(device("cam-1", (), changed=1))
    assert devices.get("cam-1").credentials
    devices.apply(device("cam-1", (), changed=2))
    assert not devices.get("cam-1").credentials
