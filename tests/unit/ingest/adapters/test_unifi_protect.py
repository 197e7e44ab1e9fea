"""Protect's documents in each of their kinds, with what is missing, what comes later and whose it is."""

import json

import pytest

from rasid.contract.detections import Candidate
from rasid.contract.fields import Box
from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.unifi_protect import (
    CAMERA,
    EVENT,
    MOMENT,
    alarm,
    event,
    posted,
    thumbnail,
    track,
    trigger,
    update,
)

BOX = Box(0.1, 0.2, 0.4, 0.6)


def first(body: bytes):
    return one_event(body).data


def types(body: bytes) -> list[str]:
    return [one.event.type for one in read(body).normalized]


@pytest.mark.parametrize(
    ("said", "type_name", "klass"),
    [
        ("person", "person.detected", "person"),
        ("vehicle", "vehicle.detected", "vehicle"),
        ("animal", "object.detected", "animal"),
        ("package", "object.detected", "other"),
        ("face", "face.detected", "face"),
        ("licensePlate", "vehicle.detected", "vehicle"),
        ("unicorn", "object.detected", "unknown"),
    ],
)
def test_a_smart_detection_is_of_what_it_says(said, type_name, klass):
    made = one_event(posted(event("smartDetectZone", said)))
    (seen,) = made.data.objects
    assert (made.type, seen.klass, seen.class_raw, seen.confidence) == (type_name, klass, said, 0.92)
    assert (made.data.captured_at, made.data.time_quality.source) == ("2026-03-01T08:00:00.000Z", "vendor_utc")
    assert (made.data.vendor.event_id, made.data.vendor.channel) == (EVENT, CAMERA)


def test_one_score_for_several_things_is_nobodys():
    made = [one.event for one in read(posted(event("smartDetectZone", "person", "vehicle"))).normalized]
    assert [one.type for one in made] == ["person.detected", "vehicle.detected"]
    assert {one.data.objects[0].confidence for one in made} == {None}
    assert {one.data.raw["score"] for one in made} == {92.0}


def test_a_score_of_zero_is_not_given():
    assert first(posted(event("smartDetectZone", "person", score=0))).objects[0].confidence is None


def test_a_plate_is_what_a_vehicles_picture_was_matched_with():
    metadata = {"detectedThumbnails": [thumbnail()]}
    made = one_event(posted(event("smartDetectZone", "vehicle", "licensePlate", metadata=metadata)))
    data = made.data
    assert (made.type, data.plate.text, data.plate.confidence) == ("plate.read", "21H11111", 0.88)
    assert (data.vehicle.kind, data.vehicle.color, data.vehicle.box) == ("pickup", "white", BOX)
    assert (data.captured_at, data.vendor_time) == ("2026-03-01T08:00:00.700Z", str(MOMENT + 700))
    assert data.objects[0].object_id == "4711"


def test_two_plates_of_one_event_are_two_sightings():
    second = thumbnail(group={"id": "g-2", "matchedName": "13A12345", "confidence": 70})
    body = posted(event("smartDetectZone", "vehicle", metadata={"detectedThumbnails": [thumbnail(), second]}))
    made = [one.event.data for one in read(body).normalized]
    assert [one.plate.text for one in made] == ["21H11111", "13A12345"]
    assert len({one.sighting_id for one in made}) == 2


def test_the_older_form_of_a_plate():
    metadata = {"licensePlate": {"name": "21H11111", "confidenceLevel": 75}}
    plate = first(posted(event("smartDetectZone", "vehicle", metadata=metadata))).plate
    assert (plate.text, plate.confidence) == ("21H11111", 0.75)


def test_whose_face_it_was_is_dropped():
    face = thumbnail("face", name="Ali", group={"id": "g", "matchedName": "Ali", "confidence": 99})
    result = read(posted(event("smartDetectZone", "face", metadata={"detectedThumbnails": [face]})))
    (one,) = result.normalized
    assert (one.event.type, result.dropped) == ("face.detected", {"identification": 1})
    assert "Ali" not in str(one.event.data)
    assert "camera_identification_dropped" in one.event.data.warnings


def test_what_a_model_writes_of_an_event_is_dropped():
    metadata = {"ramDescription": "A man in red", "ramClassifications": ["man"]}
    result = read(posted(event("smartDetectZone", "person", metadata=metadata)))
    assert result.dropped == {"attribute": 2}
    assert "man" not in str(result.normalized[0].event.data)


@pytest.mark.parametrize(
    ("kind", "rule"), [("smartDetectLine", "line_crossed"), ("smartDetectLoiterZone", "loitering")]
)
def test_a_line_and_a_loitering_are_rules_over_what_was_seen(kind, rule):
    data = first(posted(event(kind, "person")))
    assert (data.rule.kind, [one.klass for one in data.objects]) == (rule, ["person"])


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("motion", "motion"),
        ("ring", "other"),
        ("sensorOpened", "digital_input"),
        ("sensorTamper", "tamper"),
        ("sensorMotion", "motion"),
    ],
)
def test_motion_rings_and_sensors_are_rules(kind, rule):
    assert first(posted(event(kind))).rule.kind == rule


def test_sounds_are_rules():
    data = first(posted(event("smartAudioDetect", "alrmGlassBreak")))
    assert (data.rule.kind, data.rule.name) == ("audio", "smartAudioDetect alrmGlassBreak")
    assert types(posted(event("smartDetectZone", "person", "alrmSiren"))) == ["person.detected", "rule.triggered"]


@pytest.mark.parametrize(("end", "state", "phase"), [(None, "start", "new"), (MOMENT + 9000, "pulse", "end")])
def test_an_open_event_begins_and_a_whole_one_is_a_moment(end, state, phase):
    data = first(posted(event("motion", end=end)))
    assert (data.rule.state, data.phase, data.captured_at) == (state, phase, "2026-03-01T08:00:00.000Z")
    assert data.revision == (9000 if end else 0)


def test_updates_of_one_event_are_one_sighting_and_grow():
    body = posted(
        update("add", type="smartDetectZone", start=MOMENT, device=CAMERA, smartDetectTypes=["person"]),
        update(smartDetectTypes=["person"]),
        update(end=MOMENT + 4000),
        update(end=MOMENT + 4000),
    )
    made = [one.event.data for one in read(body).normalized]
    assert [one.phase for one in made] == ["new", "update", "end"]
    assert [one.revision for one in made] == [0, 1, 4000]
    assert len({one.sighting_id for one in made}) == 1
    assert {one.objects[0].klass for one in made} == {"person"}


def test_an_end_that_comes_alone_ends_the_sighting_and_invents_nothing():
    started = one_event(posted(event("smartDetectZone", "person"))).data
    alone = one_event(posted(update(end=MOMENT + 4000)))
    assert (alone.type, alone.data.objects[0].klass, alone.data.phase) == ("object.detected", "unknown", "end")
    assert alone.data.sighting_id == started.sighting_id
    assert alone.data.revision > started.revision
    assert alone.data.captured_at == "2026-03-01T08:00:04.000Z"


def test_the_end_of_motion_is_when_it_ended():
    made = [
        one.event.data
        for one in read(posted(update("add", type="motion", start=MOMENT), update(end=MOMENT + 4000))).normalized
    ]
    assert [one.rule.state for one in made] == ["start", "stop"]
    assert made[1].captured_at == "2026-03-01T08:00:04.000Z"


@pytest.mark.parametrize("kind", ["disconnect", "cameraDisconnected", "deviceDisconnected"])
def test_a_device_that_went(kind):
    made = one_event(posted(event(kind, metadata={"reason": "CONNECTION_LOSS"})))
    assert (made.type, made.data.reason) == ("device.disconnected", "CONNECTION_LOSS")


def test_a_device_that_went_and_came_back():
    body = posted(event("disconnect", end=MOMENT + 60_000))
    made = [one.event for one in read(body).normalized]
    assert [one.type for one in made] == ["device.disconnected", "device.connected"]
    assert [one.data.captured_at for one in made] == ["2026-03-01T08:00:00.000Z", "2026-03-01T08:01:00.000Z"]


def test_an_update_of_a_camera_says_whether_it_is_there():
    camera = {"type": "update", "item": {"id": CAMERA, "modelKey": "camera", "state": "DISCONNECTED"}}
    assert types(json.dumps(camera).encode()) == ["device.disconnected"]
    camera["item"]["state"] = "CONNECTED"
    assert types(json.dumps(camera).encode()) == ["device.connected"]


@pytest.mark.parametrize(
    ("kind", "component", "state"),
    [
        ("driveFailed", "storage", "failed"),
        ("poorConnection", "link", "degraded"),
        ("streamRecovery", "link", "ok"),
        ("recordingOff", "recorder", "degraded"),
    ],
)
def test_trouble_of_the_device_is_health(kind, component, state):
    health = first(posted(event(kind))).health
    assert (health.component, health.state, health.code) == (component, state, kind)


@pytest.mark.parametrize("kind", ["fingerprintIdentified", "nfcCardScanned", "faceGroupDetected", "userArrived"])
def test_who_somebody_is_by_finger_or_card_is_refused_and_gone(kind):
    body = posted(event(kind, user="Ali", metadata={"fingerprint": {"ulpId": "0ef32f28"}}))
    refusal = one_refusal(body)
    assert refusal.reason == "person_event_refused"
    assert not any(claim in refusal.part for claim in (b"Ali", b"0ef32f28"))
    assert EVENT.encode() in refusal.part
    assert read(body).dropped == {"identification": 2}


def test_an_event_nobody_reads_is_refused_with_those_that_are():
    refusal = one_refusal(posted(event("videoExported")))
    assert (refusal.reason, "motion" in refusal.detail) == ("event_type_unknown", True)


def test_of_a_broken_document_that_may_name_somebody_nothing_is_kept():
    body = posted(event("smartDetectZone", "face", metadata={"detectedThumbnails": [thumbnail("face", name="Ali")]}))
    assert one_refusal(body[:-2]).part == b""


def test_a_track_is_one_event_where_it_was_first_seen_with_what_was_known_in_the_end():
    made = one_event(json.dumps(track("21H1111", None, "21H11111")).encode())
    data = made.data
    assert (made.type, data.plate.text, data.plate.candidates) == (
        "plate.read",
        "21H11111",
        (Candidate("21H1111", None),),
    )
    assert (data.vehicle.box, data.vehicle.color, data.objects[0].confidence) == (BOX, "red", 0.86)
    assert (data.captured_at, data.revision, data.phase) == ("2026-03-01T08:00:00.000Z", 600, "end")
    assert (data.plate.confidence, data.raw["places"], data.vendor.track_id) == (None, 3, "15915")


def test_a_track_of_a_person_has_no_plate():
    made = one_event(json.dumps(track(None, kind="person")).encode())
    assert (made.type, made.data.objects[0].box) == ("person.detected", BOX)


def test_a_speed_is_in_a_unit_nobody_says():
    data = first(json.dumps(track("21H11111", speed=12.5)).encode())
    assert (data.vehicle.speed_mps, data.raw["speed"], "speed_unit_unknown" in data.warnings) == (None, 12.5, True)


def test_two_things_of_a_track_are_two_sightings():
    both = track("21H11111")
    both["payload"] += [place | {"id": "15916"} for place in track("13A12345")["payload"]]
    made = [one.event.data for one in read(json.dumps(both).encode()).normalized]
    assert len({one.sighting_id for one in made}) == 2


@pytest.mark.parametrize(
    ("zones", "kind"),
    [
        ({"zone": [1]}, "zone_intrusion"),
        ({"line": [1], "zone": [1]}, "line_crossed"),
        ({"loiter": [2]}, "loitering"),
        ({"zone": [], "line": []}, "other"),
    ],
)
def test_an_alarm_is_a_rule_with_the_name_it_was_given(zones, kind):
    data = first(alarm(trigger(zones=zones)))
    assert (data.rule.kind, data.rule.name, data.rule.state) == (kind, "Gate at night", "pulse")
    assert (data.objects[0].klass, data.vendor.device_serial) == ("vehicle", "68D79AE5ABE9")
    assert data.captured_at == "2026-03-01T08:00:00.000Z"


@pytest.mark.parametrize("fields", [{"value": "21H11111"}, {"group": {"name": "21H11111"}}])
@pytest.mark.parametrize("key", ["license_plate_unknown", "license_plate_known", "license_plate_of_interest"])
def test_an_alarm_about_a_plate_is_that_plate_and_its_events_sighting(key, fields):
    made = one_event(alarm(trigger(key, **fields)))
    assert (made.type, made.data.plate.text) == ("plate.read", "21H11111")
    metadata = {"detectedThumbnails": [thumbnail()]}
    assert made.data.sighting_id == first(posted(event("smartDetectZone", "vehicle", metadata=metadata))).sighting_id


def test_two_plates_of_one_alarm_are_two_sightings():
    plates = (trigger("license_plate_unknown", value=text) for text in ("21H11111", "13A12345"))
    made = [one.event.data for one in read(alarm(*plates)).normalized]
    assert [one.plate.text for one in made] == ["21H11111", "13A12345"]
    assert len({one.sighting_id for one in made}) == 2


def test_an_alarm_about_a_face_names_nobody():
    result = read(alarm(trigger("face_known", value="Ali", group={"name": "Ali"}), name="Ali is here"))
    (one,) = result.normalized
    assert (one.event.type, result.dropped) == ("face.detected", {"identification": 1})
    assert "Ali" not in str(one.event.data)
    assert one.event.data.raw["key"] == "face"  # nor whether it is somebody known


@pytest.mark.parametrize("time", [MOMENT, str(MOMENT), "2026-03-01T08:00:00.000Z"])
def test_an_alarms_time_is_in_milliseconds_or_words(time):
    assert first(alarm(trigger(timestamp=time))).captured_at == "2026-03-01T08:00:00.000Z"


def test_an_alarm_without_trigger_is_refused():
    assert one_refusal(alarm()).reason == "triggers_missing"


def test_a_new_field_is_counted():
    assert read(posted(event("motion", wingspan=1))).unknown_fields == 1
    assert read(json.dumps(track("21H11111")).encode()).unknown_fields == 0
