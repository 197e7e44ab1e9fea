"""ONVIF's notifications: what topics mean, states and replays, recognitions, counts, health, SOAP."""

import json

import pytest

from rasid.contract.detections import Count
from rasid.contract.fields import Box
from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.onvif import AT, CROSSED, IMAGE, RULE, event, notification, plate_info, simple, soap, stream

PLATE_TOPIC = "tns1:RuleEngine/Recognition/LicensePlate"
FACE_TOPIC = "tns1:RuleEngine/Recognition/Face"
BOX = '<tt:ElementItem Name="BoundingBox"><tt:BoundingBox left="-0.5" top="0.5" right="0" bottom="0"/></tt:ElementItem>'


@pytest.mark.parametrize(
    ("topic", "items", "kind", "state"),
    [
        (CROSSED, {"ObjectId": "1"}, "line_crossed", "pulse"),
        ("tns1:RuleEngine/FieldDetector/ObjectsInside", {"IsInside": "true"}, "zone_intrusion", "start"),
        ("tns1:RuleEngine/LoiteringDetector/ObjectIsLoitering", {"ObjectId": "1"}, "loitering", "pulse"),
        ("tns1:RuleEngine/CellMotionDetector/Motion", {"IsMotion": "false"}, "motion", "stop"),
        ("tns1:RuleEngine/MotionRegionDetector/Motion", {"State": "1"}, "motion", "start"),
        ("tns1:VideoSource/MotionAlarm", {"State": "true"}, "motion", "start"),
        ("tns1:RuleEngine/TamperDetector/Tamper", {"IsTamper": "true"}, "tamper", "start"),
        ("tns1:VideoSource/GlobalSceneChange/ImagingService", {"State": "true"}, "tamper", "start"),
        ("tns1:Device/Trigger/DigitalInput", {"LogicalState": "true"}, "digital_input", "start"),
        ("tns1:AudioAnalytics/Audio/DetectedSound", {"isSoundDetected": "true"}, "audio", "start"),
        ("tns1:RuleEngine/CellMotionDetector/LineCross", {"IsLineCross": "true"}, "line_crossed", "start"),
        ("tns1:RuleEngine/CellMotionDetector/Intrusion", {"IsIntrusion": "true"}, "zone_intrusion", "start"),
        ("tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent", {"IsLineCross": "true"}, "line_crossed", "start"),
        ("tns1:RuleEngine/tnsavg:ObjectCrosses", {"ObjectId": "4"}, "line_crossed", "pulse"),
        ("tns1:OpenApp/WiseAI/LoiteringDetection", {"State": "true"}, "loitering", "start"),
        ("tns1:RuleEngine/MyRuleDetector/Visitor", {"State": "true"}, "other", "start"),
        ("tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": "Human Vehicle"}, "other", "pulse"),
    ],
)
def test_a_topic_says_what_its_rule_watches_for(topic, items, kind, state):
    rule = one_event(event(topic, simple(**items), source=RULE)).data.rule
    assert (rule.kind, rule.name, rule.state) == (kind, "gate", state)


@pytest.mark.parametrize(
    ("topic", "items", "classes"),
    [
        ("tns1:RuleEngine/MyRuleDetector/PeopleDetect", {"State": "true"}, ["person"]),
        ("tns1:RuleEngine/MyRuleDetector/VehicleDetect", {"State": "true"}, ["vehicle"]),
        ("tns1:RuleEngine/MyRuleDetector/DogCatDetect", {"State": "true"}, ["animal"]),
        ("tns1:RuleEngine/MyRuleDetector/FaceDetect", {"State": "true"}, ["face"]),
        ("tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent", {"IsPeople": "true"}, ["person"]),
        ("tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": "Human Vehicle"}, ["person", "vehicle"]),
        ("tns1:RuleEngine/CellMotionDetector/Motion", {"IsMotion": "true"}, []),
    ],
)
def test_what_a_rule_saw_is_told_where_topic_or_items_say_it(topic, items, classes):
    assert [seen.klass for seen in one_event(event(topic, simple(**items))).data.objects] == classes


def test_the_state_at_subscribing_is_a_replay_and_a_deleted_property_is_over():
    topic, inside = "tns1:RuleEngine/FieldDetector/ObjectsInside", simple(IsInside="true")
    told = one_event(event(topic, inside, operation="Initialized")).data
    assert (told.is_replay, told.rule.state) == (True, "start")
    assert not one_event(event(topic, inside)).data.is_replay
    deleted = one_event(event(topic, inside, operation="Deleted")).data
    assert (deleted.rule.state, deleted.phase) == ("stop", "end")


def test_a_crossing_belongs_to_the_track_of_its_object():
    data = one_event(event(CROSSED, simple(ObjectId="15", Direction="Left"), source=RULE)).data
    other = one_event(event(CROSSED, simple(ObjectId="15"), source=RULE, at="2026-03-01T08:00:01Z")).data
    assert data.sighting_id == other.sighting_id
    assert other.revision - data.revision == 1000
    assert (data.vendor.track_id, data.vendor.channel, data.vendor.topic) == ("15", "1", CROSSED)
    assert (data.rule.direction, data.objects[0].klass) == ("Left", "unknown")


def test_a_recognized_plate_is_read_with_everything_its_items_say():
    items = simple(Likelihood="0.91", ObjectId="14", ParentObjectId="12", Speed="13.5", Direction="Approaching")
    element = f'<tt:ElementItem Name="LicensePlateInfo">{plate_info("٤٥٢٧١ بغداد")}</tt:ElementItem>'
    image = f'<tt:ElementItem Name="Image"><tt:Image>{IMAGE}</tt:Image></tt:ElementItem>'
    data = one_event(event(PLATE_TOPIC, items + element + BOX + image)).data
    assert (data.plate.raw, data.plate.script, data.plate.country) == ("٤٥٢٧١ بغداد", "arabic", "IQ")
    assert (data.plate.confidence, data.plate.box) == (0.93, Box(0.25, 0.25, 0.5, 0.5))
    assert (data.vehicle.speed_mps, data.vehicle.direction) == (13.5, "approaching")
    assert [image.kind for image in data.images] == ["plate"]
    assert [(one.object_id, one.parent_id) for one in data.objects] == [("14", "12"), ("12", None)]


def test_hikvisions_own_topic_writes_per_cent_and_names_of_countries():
    items = simple(PlateNumber="PP7069", Likelihood="71", Country="Netherlands", VehicleDirection="forward")
    uri = simple(PictureUri="http://user:secret@192.0.2.4/plate.jpg")
    data = one_event(event("tns1:RuleEngine/VehicleDetector/tnshik:Vehicle", items + uri, source=RULE)).data
    assert (data.plate.text, data.plate.confidence, data.plate.country, data.plate.country_raw) == (
        "PP7069",
        0.71,
        None,
        "Netherlands",
    )
    assert (data.vehicle.direction, data.raw["image_refs"]) == ("forward", ["http://192.0.2.4/plate.jpg"])
    assert data.raw["confidence_scale"] == 100


def test_a_likelihood_of_one_is_certain_by_onvif_and_one_per_cent_by_hikvision():
    for topic, confidence in ((PLATE_TOPIC, 1.0), ("tns1:RuleEngine/VehicleDetector/tnshik:Vehicle", 0.01)):
        data = one_event(event(topic, simple(PlateNumber="AB123", Likelihood="1"))).data
        assert data.plate.confidence == confidence


def test_a_plate_without_text_is_a_vehicle():
    assert one_event(event(PLATE_TOPIC, simple(Likelihood="0.2"))).type == "vehicle.detected"


def test_a_list_of_the_camera_is_a_hint_and_the_name_on_it_is_dropped():
    listed = one_event(event(PLATE_TOPIC, simple(PlateNumber="AB123", Label="block"))).data
    assert listed.plate.list_mode == "block"
    named = read(event(PLATE_TOPIC, simple(PlateNumber="AB123", Label="Uncle Karim")))
    assert named.dropped == {"identification": 1}
    assert "Karim" not in repr(named.normalized)


def test_whose_face_it_is_said_to_be_is_dropped_and_counted():
    items = simple(Likelihood="0.97", EnrollmentID="4711", RefImageUri="http://192.0.2.4/ref.jpg", Label="Uncle Karim")
    image = f'<tt:ElementItem Name="Image"><tt:Image>{IMAGE}</tt:Image></tt:ElementItem>'
    result = read(event(FACE_TOPIC, items + BOX + image))
    (one,) = result.normalized
    assert one.event.type == "face.detected"
    assert one.event.data.face.box == Box(0.25, 0.25, 0.5, 0.5)
    assert [image.kind for image in one.event.data.images] == ["face"]
    assert result.dropped == {"identification": 4}
    assert "camera_identification_dropped" in one.event.data.warnings
    assert not any(word in repr(one.event) for word in ("4711", "Karim", "ref.jpg", "0.97"))


@pytest.mark.parametrize(
    ("topic", "items", "counts"),
    [
        ("tns1:RuleEngine/CountAggregation/Counter", {"Count": "42"}, {"unknown": Count(total=42)}),
        (
            "tns1:RuleEngine/CountAggregation/OccupancyCounter",
            {"Count": "7", "ClassTypes": "Human"},
            {"person": Count(total=7)},
        ),
        (
            "tns1:RuleEngine/tnsmaker:PeopleCounting",
            {"In": "3", "Out": "1"},
            {"unknown": Count(in_=3, out=1)},
        ),
    ],
)
def test_counts_are_reported_under_the_class_that_is_named(topic, items, counts):
    found = one_event(event(topic, simple(**items), source=RULE))
    assert (found.type, found.data.counts) == ("count.reported", counts)


@pytest.mark.parametrize(
    ("topic", "items", "health"),
    [
        ("tns1:Device/HardwareFailure/FanFailure", {"Failed": "true"}, ("fan", "failed")),
        ("tns1:Device/HardwareFailure/FanFailure", {"Failed": "false"}, ("fan", "ok")),
        ("tns1:Device/HardwareFailure/PowerSupplyFailure", {"Failed": "1"}, ("power", "failed")),
        ("tns1:Device/HardwareFailure/StorageFailure", {"Failed": "true"}, ("storage", "failed")),
        ("tns1:Device/HardwareFailure/TemperatureCritical", {"Critical": "true"}, ("temperature", "failed")),
        ("tns1:Device/Sensor/Temperature/High", {"State": "true"}, ("temperature", "degraded")),
        ("tns1:VideoSource/SignalLoss", {"State": "true"}, ("link", "failed")),
        ("tns1:VideoSource/ImageTooBlurry/ImagingService", {"State": "true"}, ("lens", "degraded")),
        ("tns1:Monitoring/OperatingTime/LastClockSynchronization", {"Status": AT}, ("clock", "ok")),
        ("tns1:Monitoring/ProcessorUsage", {"Value": "0.4"}, ("heartbeat", "ok")),
    ],
)
def test_trouble_and_its_end_are_the_devices_health(topic, items, health):
    found = one_event(event(topic, simple(**items))).data.health
    assert (found.component, found.state) == health
    assert found.code == topic.removeprefix("tns1:")


@pytest.mark.parametrize("topic", ["tns1:PTZController/PTZPresets/Reached", "tns1:RecordingConfig/JobState"])
def test_what_says_nothing_of_scene_or_trouble_is_refused_by_name(topic):
    refusal = one_refusal(event(topic, simple(State="true")))
    assert refusal.reason == "topic_not_taken"
    assert topic.removeprefix("tns1:").lower() in refusal.detail


def test_pulled_and_pushed_notifications_are_read_out_of_their_envelope():
    for response in ("PullMessagesResponse", "Notify"):
        body = soap(notification(CROSSED, simple(ObjectId="1")) + notification(CROSSED, simple(ObjectId="2")), response)
        assert [one.event.data.vendor.track_id for one in read(body).normalized] == ["1", "2"]


def test_an_empty_pull_says_that_the_device_is_alive():
    body = soap("<tev:CurrentTime>2026-03-01T08:00:00Z</tev:CurrentTime>")
    found = one_event(body)
    assert (found.data.health.component, found.data.captured_at) == ("heartbeat", "2026-03-01T08:00:00.000Z")


def test_a_soap_fault_is_refused_as_one():
    body = soap("").replace(b"tev:PullMessagesResponse", b"s:Fault")
    assert one_refusal(body.replace(b"</s:Fault>", b"<s:Code/>NotificationMessage</s:Fault>")).reason == "soap_fault"


def test_of_several_notifications_the_bad_one_alone_is_refused():
    bad = "<wsnt:NotificationMessage><wsnt:Message>...</wsnt:Message></wsnt:NotificationMessage>"
    result = read(stream(f"<tt:Event>{notification(CROSSED, simple(ObjectId='1'))}{bad}</tt:Event>"))
    assert len(result.normalized) == 1
    assert [refusal.reason for refusal in result.refusals] == ["topic_missing"]


def test_over_mqtt_the_topic_is_the_messages_and_what_is_retained_is_a_replay():
    body = json.dumps({"UtcTime": AT, "Source": {"Rule": "gate"}, "Data": {"IsInside": True}}).encode()
    topic = "site/7/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/gate"
    for is_retained in (True, False):
        data = one_event(body, topic=topic, is_retained=is_retained).data
        assert (data.rule.kind, data.rule.state, data.is_replay) == ("zone_intrusion", "start", is_retained)


def test_over_mqtt_nothing_on_a_topic_says_that_its_property_is_gone():
    data = one_event(b"", topic="site/7/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/2/gate").data
    assert (data.rule.kind, data.rule.name, data.rule.state, data.phase) == ("zone_intrusion", "gate", "stop", "end")
    assert "time_missing" in data.warnings
    assert one_event(b"", topic="cam/onvif-ej/Device/HardwareFailure/FanFailure/&1").data.health.state == "ok"
    assert one_refusal(b"", topic="cam/onvif-mj/VideoAnalytics/1").reason == "format_unknown"


def test_without_its_topic_an_event_is_told_by_the_items_only_it_has():
    body = json.dumps({"UtcTime": AT, "Source": {"Rule": "yard"}, "Data": {"IsMotion": "true"}}).encode()
    data = one_event(body).data
    assert (data.rule.kind, data.rule.state) == ("motion", "start")
    assert "topic_missing" in data.warnings


def test_a_plate_over_mqtt_is_read_from_its_members():
    info = {"PlateNumber": {"@Likelihood": 0.88, "#text": "00174 101 27"}, "CountryCode": {"#text": "DZ"}}
    body = {"UtcTime": AT, "Source": {"VideoSource": "1"}, "Data": {"Likelihood": 0.9, "LicensePlateInfo": info}}
    data = one_event(json.dumps(body).encode(), topic="cam/onvif-ej/RuleEngine/Recognition/LicensePlate/&1").data
    assert (data.plate.text, data.plate.country, data.plate.confidence) == ("0017410127", "DZ", 0.88)


def test_elements_over_mqtt_may_stand_in_their_own_name_once_more():
    info = {"PlateNumber": {"@Likelihood": 0.92, "#text": "13 H 45678"}, "CountryCode": {"#text": "IQ"}}
    vehicle = {"Type": {"@Likelihood": 1, "#text": "Car"}, "Brand": {"@Likelihood": 0.9, "#text": "Toyota"}}
    box = {"BoundingBox": {"@left": -0.5, "@top": 0.5, "@right": 0, "@bottom": 0}}
    data = {
        "Likelihood": "0.9",
        "LicensePlateInfo": {"LicensePlateInfo": info},
        "VehicleInfo": {"VehicleInfo": vehicle},
    }
    body = {"UtcTime": AT, "Source": {"VideoSource": "1"}, "Data": data | {"BoundingBox": box}}
    found = one_event(json.dumps(body).encode(), topic="cam/onvif-ej/RuleEngine/Recognition/LicensePlate/&1").data
    assert (found.plate.text, found.plate.country, found.plate.confidence) == ("13H45678", "IQ", 0.92)
    assert (found.vehicle.make, found.vehicle.confidence, found.plate.box) == ("Toyota", 0.9, Box(0.25, 0.25, 0.5, 0.5))


def test_makers_name_the_items_of_a_plate_as_they_like_and_their_speed_has_no_unit():
    items = simple(
        Plate="13H45678", VehicleType="Truck", VehicleColor="White", MotionDirection="Away", Speed="40", Lane="2"
    )
    data = one_event(event("tns1:RuleEngine/tnsmaker:ANPR", items)).data
    assert (data.plate.text, data.vehicle.kind, data.vehicle.color) == ("13H45678", "truck", "white")
    assert (data.vehicle.direction, data.vehicle.speed_mps, data.raw["speed"], data.raw["lane"]) == (
        "departing",
        None,
        "40",
        "2",
    )


def test_a_plate_that_is_over_is_no_new_read():
    over = simple(PlateNumber="13H45678", IsLicensePlate="false")
    found = one_event(event("tns1:RuleEngine/LicensePlateDetector/Plate", over))
    assert (found.type, found.data.rule.state) == ("rule.triggered", "stop")
    assert one_event(event(PLATE_TOPIC, simple(PlateNumber="13H45678"), operation="Deleted")).type == "rule.triggered"


@pytest.mark.parametrize(("word", "state"), [("active", "start"), ("inactive", "stop"), ("perhaps", "pulse")])
def test_relays_have_words_of_their_own_for_yes_and_no(word, state):
    assert one_event(event("tns1:Device/Trigger/Relay", simple(LogicalState=word))).data.rule.state == state
