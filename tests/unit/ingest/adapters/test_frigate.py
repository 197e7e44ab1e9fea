"""Frigate's messages as its versions write them, with what is missing, unknown or somebody's."""

import json

import pytest

from rasid.contract.detections import Count
from rasid.contract.fields import Box
from rasid.testing.clock import START
from tests.support.reading import JPEG, one_event, one_refusal, read
from tests.support.vendors.frigate import TRACK, event, listed, review, tracked, update


def warnings(body, **options):
    return set(one_event(body, **options).data.warnings)


@pytest.mark.parametrize(
    ("label", "type_name", "klass"),
    [
        ("car", "vehicle.detected", "vehicle"),
        ("motorcycle", "vehicle.detected", "vehicle"),
        ("person", "person.detected", "person"),
        ("dog", "object.detected", "animal"),
        ("suitcase", "object.detected", "bag"),
        ("package", "object.detected", "other"),
        ("tuk-tuk", "object.detected", "unknown"),
        ("face", "face.detected", "face"),
        ("license_plate", "vehicle.detected", "plate"),
    ],
)
def test_what_was_seen_is_said_in_our_words_and_kept_in_frigates(label, type_name, klass):
    made = one_event(event(label))
    (seen,) = made.data.objects
    assert (made.type, seen.klass, seen.class_raw, seen.confidence) == (type_name, klass, label, 0.84375)


def test_a_box_in_pixels_of_an_unknown_frame_stays_raw():
    data = one_event(event()).data
    assert (data.objects[0].box, data.vehicle.box) == (None, None)
    assert data.raw["box"] == {
        "values": [320.0, 180.0, 640.0, 360.0],
        "space": "pixels_of_detect_resolution",
        "frame_width": None,
        "frame_height": None,
    }
    assert "frame_size_unknown" in data.warnings


def test_a_speed_without_unit_stays_raw():
    data = one_event(event(current_estimated_speed=12.5, average_estimated_speed=14.25, velocity_angle=180)).data
    assert data.vehicle.speed_mps is None
    assert (data.raw["current_estimated_speed"], data.raw["average_estimated_speed"]) == (12.5, 14.25)
    assert "speed_unit_unknown" in data.warnings
    assert "speed_unit_unknown" not in warnings(event())


@pytest.mark.parametrize(
    "fields",
    [
        {"recognized_license_plate": ["13 A 12345", 0.93]},
        {"recognized_license_plate": "13 A 12345", "recognized_license_plate_score": 0.93},
    ],
)
def test_a_plate_is_a_text_with_a_score_or_a_list_of_both(fields):
    made = one_event(event(**fields))
    assert made.type == "plate.read"
    assert (made.data.plate.raw, made.data.plate.text, made.data.plate.confidence) == ("13 A 12345", "13A12345", 0.93)
    assert made.data.vehicle.kind == "car"
    assert made.data.plate.country is None


def test_an_arabic_plate_is_read():
    plate = one_event(event(recognized_license_plate=["ميسان ١٢٣٤٥", 0.5])).data.plate
    assert (plate.raw, plate.script) == ("ميسان ١٢٣٤٥", "arabic")


def test_a_plate_on_what_is_no_vehicle_is_an_event_of_its_own():
    made = read(event("person", recognized_license_plate=["13A12345", 0.9])).normalized
    assert [one.event.type for one in made] == ["person.detected", "plate.read"]
    assert len({one.event.data.sighting_id for one in made}) == 1


@pytest.mark.parametrize("sub_label", ["Ali", ["Ali", 0.79], "amazon"])
def test_a_persons_sub_label_is_dropped_in_all_its_forms(sub_label):
    result = read(event("person", sub_label=sub_label))
    assert result.dropped == {"identification": 1}
    assert "camera_identification_dropped" in result.normalized[0].event.data.warnings


def test_the_name_of_a_cars_owner_is_dropped_and_the_company_on_it_kept():
    assert one_event(event(sub_label=["ups", 0.8])).data.raw["logo"] == "ups"
    result = read(event(sub_label="Ali's car"))
    assert result.dropped == {"identification": 1}
    assert "Ali" not in str(result.normalized[0].event.data)


def test_no_sub_label_is_nothing_dropped():
    assert read(event("person")).dropped == {}


def test_a_face_on_a_person_is_an_object_of_that_person():
    body = event("person", current_attributes=[{"label": "face", "box": [1, 2, 3, 4], "score": 0.86}])
    person, face = one_event(body).data.objects
    assert (person.object_id, face.parent_id, face.klass, face.confidence) == (TRACK, TRACK, "face", 0.86)


def test_revisions_of_one_object_are_one_sighting_and_grow():
    new, later, end = (
        one_event(event(kind=kind, frame_time=START.timestamp() + seconds)).data
        for kind, seconds in (("new", 0), ("update", 1.5), ("end", 3))
    )
    assert len({new.sighting_id, later.sighting_id, end.sighting_id}) == 1
    assert [new.phase, later.phase, end.phase] == ["new", "update", "end"]
    assert [new.revision, later.revision, end.revision] == [8500, 10000, 11500]


def test_the_time_is_the_frames_and_utc():
    data = one_event(event()).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.000Z", "vendor_utc")


def test_the_oldest_version_is_read():
    old = tracked("person", snapshot_time=1.0, thumbnail=None)
    for name in ("snapshot", "sub_label", "attributes", "current_attributes", "has_clip", "active", "path_data"):
        old.pop(name)
    made = one_event(json.dumps({"type": "clip_ready", "before": old, "after": old}).encode())
    assert (made.type, made.data.phase, made.data.raw["type"]) == ("person.detected", "end", "clip_ready")


def test_a_new_field_is_counted():
    assert read(event(wingspan=3)).unknown_fields == 1
    assert read(event()).unknown_fields == 0


def test_an_event_without_label_is_refused():
    assert one_refusal(event(label="")).reason == "label_missing"


def test_a_review_is_a_rule_that_fired_over_several_objects():
    data = one_event(review(objects=["person-verified", "car"], sub_labels=["Ali"], zones=["lane_1"])).data
    assert (data.rule.kind, data.rule.name, data.rule.state) == ("other", "review alert", "start")
    assert [(one.klass, one.class_raw) for one in data.objects] == [("person", "person"), ("vehicle", "car")]
    assert data.raw["detections"] == [TRACK]
    assert "camera_identification_dropped" in data.warnings


def test_what_a_model_writes_about_a_scene_is_dropped():
    result = read(review(metadata={"title": "A man in red", "scene": "x", "potential_threat_level": 1}))
    assert result.dropped == {"attribute": 1}
    assert "man" not in str(result.normalized[0].event.data)


def test_a_review_of_sounds_alone_is_of_sound():
    assert one_event(review(objects=[], audio=["scream"])).data.rule.kind == "audio"


def test_reviews_revisions_grow_and_the_end_has_its_own_time():
    new, more, end = (
        one_event(body).data
        for body in (review(), review("update", zones=["lane_1"]), review("end", end=START.timestamp()))
    )
    assert new.revision < more.revision < end.revision
    assert (end.captured_at, end.rule.state) == ("2026-03-01T08:00:00.000Z", "stop")


def test_an_update_of_a_plate_joins_the_events_sighting():
    made = one_event(update("lpr", name="Ali's car", plate="13A12345", score=0.95, plate_box=[917, 487, 1029, 529]))
    assert (made.type, made.data.plate.text, made.data.plate.confidence) == ("plate.read", "13A12345", 0.95)
    assert (made.data.plate.box, made.data.raw["box"]["values"]) == (None, [917.0, 487.0, 1029.0, 529.0])
    assert made.data.sighting_id == one_event(event()).data.sighting_id
    assert "camera_identification_dropped" in made.data.warnings


@pytest.mark.parametrize(("name", "dropped"), [("Ali", 1), (None, 0), ("unknown", 0)])
def test_an_update_of_a_face_says_that_there_was_one_and_not_whose(name, dropped):
    result = read(update("face", name=name, score=0.95))
    (one,) = result.normalized
    assert one.event.type == "face.detected"
    assert result.dropped.get("identification", 0) == dropped
    assert (one.event.data.face.quality, one.event.data.face.template) == (None, None)
    assert "Ali" not in str(one.event.data)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (update("classification", model="m", sub_label="guard", score=0.9), "identification"),
        (update("classification", model="m", attribute="red_hat", score=0.9), "attribute"),
        (update("description", description="A woman in her thirties"), "attribute"),
    ],
)
def test_what_a_model_says_of_an_object_is_dropped_and_the_object_stays(body, kind):
    result = read(body)
    (one,) = result.normalized
    assert (one.event.type, one.event.data.objects[0].klass) == ("object.detected", "unknown")
    assert result.dropped == {kind: 1}
    assert not any(word in str(one.event.data) for word in ("guard", "red_hat", "woman"))


def test_a_description_without_time_is_dated_with_its_arrival():
    body = json.dumps({"type": "description", "id": TRACK, "description": "x"}).encode()
    data = one_event(body, adapter="frigate").data
    assert (data.time_quality.source, "time_missing" in data.warnings) == ("received", True)
    assert data.sighting_id == one_event(event()).data.sighting_id


@pytest.mark.parametrize("kind", ["lpr", "face"])
def test_an_update_that_nothing_is_there_any_more_says_that_frigate_lives(kind):
    made = one_event(json.dumps({"type": kind, "name": None, "plate": None, "camera": "gate_north"}).encode())
    assert (made.data.health.component, made.data.health.state) == ("heartbeat", "ok")


def test_the_api_gives_boxes_in_parts_of_the_frame():
    made = one_event(json.dumps([listed()]).encode())
    assert (made.type, made.data.plate.text, made.data.plate.confidence) == ("plate.read", "21H11111", 0.88)
    assert made.data.objects[0].box == Box(0.25, 0.5, 0.375, 0.75)
    assert (made.data.phase, made.data.revision) == ("end", 8500)
    assert "frame_size_unknown" not in made.data.warnings


def test_the_api_says_where_the_plate_was_unless_it_saw_several():
    plate = {"label": "license_plate", "score": 0.83, "box": [0.3, 0.6, 0.05, 0.025]}
    one, two = (listed()["data"] | {"attributes": [plate] * count} for count in (1, 2))
    made = one_event(json.dumps(listed(data=one)).encode()).data
    assert made.plate.box == made.objects[1].box == Box(0.3, 0.6, 0.35, 0.625)
    assert (made.objects[1].klass, made.objects[1].confidence, made.objects[1].parent_id) == ("plate", 0.83, TRACK)
    assert one_event(json.dumps(listed(data=two)).encode()).data.plate.box is None


def test_the_api_gives_a_thumbnail():
    made = one_event(json.dumps(listed(thumbnail="/9j/" + "A" * 40)).encode())
    assert [image.kind for image in made.data.images] == ["vehicle"]


def test_a_sound_in_the_apis_list_is_of_sound():
    made = one_event(json.dumps(listed(label="scream", data={"type": "audio"})).encode())
    assert (made.data.rule.kind, made.data.rule.name, made.data.rule.state) == ("audio", "scream", "stop")


@pytest.mark.parametrize(
    ("topic", "word", "type_name"),
    [
        ("frigate/available", b"online", "device.connected"),
        ("frigate/available", b"offline\n", "device.disconnected"),
        ("frigate/available", b"stopped", "device.disconnected"),
        ("site/frigate/available", b"online", "device.connected"),
    ],
)
def test_frigate_comes_and_goes(topic, word, type_name):
    assert one_event(word, topic=topic, adapter="frigate").type == type_name


@pytest.mark.parametrize(
    ("topic", "word", "component", "state"),
    [
        ("frigate/gate_north/status/detect", b"online", "link", "ok"),
        ("frigate/gate_north/status/detect", b"offline", "link", "failed"),
        ("frigate/gate_north/status/record", b"offline", "recorder", "failed"),
        ("frigate/gate_north/status/audio", b"disabled", "link", "degraded"),
        ("frigate/gate_north/detect/state", b"OFF", "recorder", "degraded"),
        ("frigate/gate_north/enabled/state", b"ON", "recorder", "ok"),
    ],
)
def test_a_cameras_streams_and_switches_are_health(topic, word, component, state):
    health = one_event(word, topic=topic).data.health
    assert (health.component, health.state) == (component, state)


def test_motion_and_sounds_are_rules_and_numbers_counts():
    motion = one_event(b"ON", topic="frigate/gate_north/motion").data
    assert (motion.rule.kind, motion.rule.state, motion.vendor.channel) == ("motion", "start", "gate_north")
    assert motion.vendor.topic == "frigate/gate_north/motion"
    sound = one_event(b"OFF", topic="frigate/gate_north/audio/scream").data
    assert (sound.rule.kind, sound.rule.name, sound.rule.state) == ("audio", "scream", "stop")
    count = one_event(b"3", topic="frigate/lane_1/car").data
    assert (count.counts, count.interval_seconds) == ({"car": Count(total=3)}, None)


def test_what_the_broker_retained_is_a_replay():
    assert one_event(b"ON", topic="frigate/gate_north/motion", is_retained=True).data.is_replay
    assert not one_event(event(), topic="frigate/events").data.is_replay


@pytest.mark.parametrize("word", [b"42", b"ON", b"hello"])
def test_a_word_on_a_topic_nobody_knows_is_refused_with_the_topics_that_are(word):
    refusal = one_refusal(word, topic="frigate/gate_north/motion_threshold/set", adapter="frigate")
    assert refusal.reason == "topic_unknown"
    assert "available" in refusal.detail


def test_a_word_without_topic_can_only_be_about_frigate_itself():
    assert one_event(b"offline", adapter="frigate").type == "device.disconnected"
    assert one_refusal(b"ON", adapter="frigate").reason == "message_missing"


def test_statistics_say_that_frigate_lives():
    body = json.dumps({"cameras": {"a": {"camera_fps": 5}}, "detectors": {}, "service": {"uptime": 3}}).encode()
    assert one_event(body).data.health.component == "heartbeat"


@pytest.mark.parametrize("topic", ["frigate/gate_north/car/snapshot", ""])
def test_a_picture_alone_is_refused(topic):
    assert one_refusal(JPEG, topic=topic, adapter="frigate").reason == "message_missing"


def test_of_several_messages_the_good_ones_are_events():
    result = read(event() + b"\n" + event("person") + b'\n{"type":"lpr"}\n{"oops', adapter="frigate")
    assert [one.event.type for one in result.normalized[:2]] == ["vehicle.detected", "person.detected"]
    assert [refusal.reason for refusal in result.refusals] == ["json_not_well_formed"]


@pytest.mark.parametrize(
    "body",
    [event("person", sub_label="Ali")[:-9], update("face", name="Ali", score=0.9)[:-1], b'{"x":1,"name":"Ali"}'],
)
def test_of_a_broken_message_that_may_name_a_person_nothing_is_kept(body):
    assert b"Ali" not in one_refusal(body, adapter="frigate").part
