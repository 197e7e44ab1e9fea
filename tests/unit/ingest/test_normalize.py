"""Identity, time, plates and pictures of events, the same for every make."""

import base64
import math
import types
from datetime import UTC, datetime, timedelta

import pytest

from rasid.contract.detections import Count, DetectedObject, Rule, Vehicle, VendorIds
from rasid.contract.devices import Health
from rasid.contract.event_ids import digest, sighting_id
from rasid.contract.fields import Box, Location, utc_text
from rasid.contract.topics import DETECTIONS, FACES
from rasid.testing.clock import START
from services.ingest.normalize import MAX_PICTURES, events_of
from services.ingest.payload.face_reading import packed_template
from services.ingest.payload.reading import (
    CameraContext,
    Connection,
    Counted,
    Draft,
    FaceSeen,
    Payload,
    Picture,
    PlateSeen,
    Reading,
    Sighted,
    VendorTime,
)
from tests.support.reading import JPEG, PNG

ADAPTER = types.SimpleNamespace(NAME="make", VERSION="3", recognizes=None, read=None)
CAMERA = CameraContext("cam-1", "site-1", time_zone="Asia/Baghdad")


def draft(fact=None, **changes) -> Draft:
    fields = {
        "part": b"<event>1</event>",
        "time": VendorTime(START.isoformat(), START),
        "fact": fact or plate(),
        "vendor_key": "track-1",
    }
    return Draft(**(fields | changes))


def plate(raw="13 A 12345", **changes) -> PlateSeen:
    return PlateSeen(**({"raw": raw, "reading": raw, "confidence": 0.9} | changes))


def normalized(*drafts, camera=CAMERA, received_at=START, warnings=(), **message):
    payload = Payload((), received_at, tuple(warnings), **message)
    return events_of(Reading(tuple(drafts)), camera, payload, ADAPTER)


def event(*drafts, **options):
    (one,) = normalized(*drafts, **options)
    return one.event


def test_the_same_payload_is_one_event_however_often_and_whenever_it_comes():
    first = event(draft())
    later = event(draft(), received_at=START + timedelta(hours=3))
    assert (first.id, first.data.sighting_id, first.time) == (later.id, later.data.sighting_id, later.time)


@pytest.mark.parametrize(
    "change",
    [
        {"part": b"<event>2</event>"},
        {"vendor_key": "track-2"},
        {"vendor_key": None},
        {"revision": 1},
        {"fact": Sighted("vehicle")},
        {"fact": plate("--")},
    ],
)
def test_another_payload_is_another_event(change):
    assert event(draft(**change)).id != event(draft()).id


def test_another_camera_or_place_in_the_payload_is_another_event():
    assert event(draft(), camera=CameraContext("cam-2")).id != event(draft()).id
    first, second = normalized(draft(), draft())
    assert first.event.id != second.event.id
    assert first.event.data.sighting_id == second.event.data.sighting_id


def test_revisions_of_one_track_are_one_sighting():
    first = event(draft(revision=0, phase="new"))
    second = event(draft(revision=740, phase="update", part=b"more"))
    assert first.data.sighting_id == second.data.sighting_id == sighting_id("cam-1", "track-1")
    assert (second.data.revision, second.data.phase) == (740, "update")


def test_a_counter_is_another_track_on_another_utc_day():
    def sighting(moment):
        return event(draft(time=VendorTime(moment.isoformat(), moment), vendor_key_is_counter=True)).data.sighting_id

    midnight = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert sighting(midnight) == sighting(midnight + timedelta(hours=23))
    assert sighting(midnight) != sighting(midnight - timedelta(seconds=1))


def test_without_an_id_the_parts_hash_is_the_sighting():
    first = event(draft(vendor_key=None))
    assert (
        first.data.sighting_id == event(draft(vendor_key=None), received_at=START + timedelta(days=1)).data.sighting_id
    )
    assert first.data.sighting_id != event(draft(vendor_key=None, part=b"other")).data.sighting_id
    assert "identity_weak" not in first.data.warnings


def test_without_id_and_time_the_received_minute_joins_in_and_it_is_said():
    nothing = draft(vendor_key=None, time=VendorTime("", None))
    first = event(nothing)
    assert "identity_weak" in first.data.warnings
    assert first.id == event(nothing, received_at=START + timedelta(seconds=59)).id
    assert first.id != event(nothing, received_at=START + timedelta(seconds=60)).id


def test_the_envelope_says_who_read_what_where_and_when():
    one = event(draft())
    assert (one.type, one.source, one.subject, one.time) == (
        "plate.read",
        "/ingest/make/cam-1",
        "cam-1",
        utc_text(START),
    )
    assert (one.data.adapter.name, one.data.adapter.version) == ("make", "3")
    assert (one.data.camera_id, one.data.site_id) == ("cam-1", "site-1")
    assert one.data.received_at == utc_text(START)


def test_the_vendors_time_is_kept_as_it_was_written():
    data = event(draft(time=VendorTime("01.03.2026 um elf", None))).data
    assert data.vendor_time == "01.03.2026 um elf"
    assert data.captured_at == utc_text(START)
    assert data.time_quality.source == "received"
    assert "time_unreadable" in data.warnings


@pytest.mark.parametrize(
    ("fact", "type_name"),
    [
        (plate(), "plate.read"),
        (plate("unknown"), "vehicle.detected"),
        (plate(""), "vehicle.detected"),
        (plate("--"), "vehicle.detected"),
        (plate("无车牌"), "vehicle.detected"),
        (Sighted("vehicle"), "vehicle.detected"),
        (Sighted("person"), "person.detected"),
        (Sighted("object"), "object.detected"),
        (FaceSeen(), "face.detected"),
        (Counted(counts={"person": Count(in_=2)}), "count.reported"),
        (Connection(is_connected=True), "device.connected"),
        (Connection(is_connected=False), "device.disconnected"),
        (Rule(kind="motion", state="start"), "rule.triggered"),
        (Health(component="storage", state="failed"), "device.health"),
    ],
)
def test_each_kind_of_fact_makes_its_kind_of_event(fact, type_name):
    assert event(draft(fact)).type == type_name


def test_a_face_is_published_on_its_own_topic_and_nothing_else_is():
    assert event(draft(FaceSeen())).topic == FACES.name
    assert event(draft(Sighted("person"))).topic == DETECTIONS.name


def test_a_template_is_written_as_little_endian_halves():
    template = packed_template([1.0, -2.0])
    box = Box(0.1, 0.2, 0.3, 0.4)
    face = event(draft(FaceSeen(box=box, quality=0.7, template=template, template_model="maker-3"))).data.face
    assert base64.b64decode(face.template) == b"\x00\x3c\x00\xc0"
    assert (face.box, face.quality, face.template_model, face.template_dims) == (box, 0.7, "maker-3", 2)


@pytest.mark.parametrize("template", [b"", b"x", b"xx" * 5000])
def test_a_template_that_is_none_is_left_out_and_told(template):
    data = event(draft(FaceSeen(template=template, template_model="maker-3"))).data
    assert (data.face.template, data.face.template_model, data.face.template_dims) == (None, None, None)
    assert "template_unreadable" in data.warnings


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf], [1e6], [0.0] * 5000])
def test_numbers_that_are_no_template_make_none(values):
    assert packed_template(values) is None


def test_a_template_of_no_known_model_says_that_it_cannot_be_compared():
    assert "template_model_unknown" in event(draft(FaceSeen(template=b"\x00\x3c"))).data.warnings


def test_a_count_keeps_what_was_not_given_apart_from_nothing():
    data = event(draft(Counted(counts={"person": Count(in_=2, out=0)}, interval_seconds=60.0))).data
    assert (data.counts, data.interval_seconds) == ({"person": Count(in_=2, out=0, total=None)}, 60.0)


def test_a_device_that_went_says_why():
    assert event(draft(Connection(is_connected=False, code="offline"))).data.reason == "offline"


def test_what_the_broker_retained_may_be_old_and_says_on_which_topic_it_was():
    data = event(draft(vendor=VendorIds(event_id="e")), topic="cam/lpr", is_retained=True).data
    assert data.is_replay
    assert (data.vendor.topic, data.vendor.event_id) == ("cam/lpr", "e")
    assert (
        event(draft(vendor=VendorIds(topic="tns1:Monitoring")), topic="cam/lpr").data.vendor.topic == "tns1:Monitoring"
    )
    assert not event(draft(), topic="cam/lpr").data.is_replay


def test_what_the_draft_says_is_in_the_event():
    box = Box(0.1, 0.2, 0.3, 0.4)
    data = event(
        draft(
            is_replay=True,
            vendor=VendorIds(event_id="e", channel="2"),
            vehicle=Vehicle(kind="car", box=box),
            objects=(DetectedObject(klass="vehicle", box=box),),
            location=Location(latitude=31.8, longitude=47.1),
            raw={"lane": "1"},
            warnings=("attribute_dropped",),
        ),
        warnings=["multipart_unfinished", "attribute_dropped"],
    ).data
    assert data.is_replay
    assert (data.vendor.event_id, data.vendor.channel) == ("e", "2")
    assert data.vehicle.kind == "car"
    assert data.objects[0].box == box
    assert data.location.latitude == 31.8
    assert data.raw == {"lane": "1"}
    assert data.warnings == ("multipart_unfinished", "attribute_dropped")


def test_an_illegible_plate_keeps_what_was_written_and_a_partly_read_one_is_no_plate():
    assert event(draft(plate("无车牌"))).data.raw == {"plate": "无车牌"}
    partly = event(draft(plate("13A*2345")))
    assert partly.type == "vehicle.detected"
    assert partly.data.raw == {"plate": "13A*2345"}
    assert "plate_partly_read" in partly.data.warnings


def test_a_plate_is_normalized_and_taken_apart_where_its_country_is_known():
    read = event(draft(plate("١٣ A ١٢٣٤٥", country="IQ", country_raw="IRQ"))).data.plate
    assert (read.raw, read.text, read.script) == ("١٣ A ١٢٣٤٥", "13A12345", "mixed")
    assert (read.country, read.country_raw, read.region, read.is_format_valid) == ("IQ", "IRQ", "Maysan", True)
    assert read.fields == {"governorate": "13", "letter": "A", "serial": "12345"}


def test_a_plate_that_does_not_fit_its_country_says_so_and_an_unknown_country_claims_nothing():
    wrong = event(draft(plate("ABC 123", country="IQ"))).data.plate
    assert (wrong.is_format_valid, wrong.region, wrong.fields) == (False, None, {})
    unknown = event(draft(plate("13 A 12345"))).data.plate
    assert (unknown.country, unknown.is_format_valid, unknown.region, unknown.fields) == (None, None, None, {})
    assert event(draft(plate("13 A 12345", country="FR"))).data.plate.is_format_valid is None


def test_folded_look_alikes_and_missing_confidences_are_told():
    data = event(draft(plate("13 А 12345", confidence=None))).data
    assert data.plate.text == "13A12345"
    assert data.plate.confidence is None
    assert set(data.warnings) == {"plate_homoglyphs_folded", "confidence_missing"}


@pytest.mark.parametrize(
    ("raw", "reading", "given", "expected"),
    [
        ("13A1", "13A1", (0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4)),
        ("13 A 1", "13 A 1", (0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4)),
        ("13 A 1", "13 A 1", (0.1, 0.2, 0.9, 0.3, 0.9, 0.4), (0.1, 0.2, 0.3, 0.4)),
        ("蓝皖A7X", "皖A7X", (0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4)),
        ("蓝皖A7X", "皖A7X", (0.9, 0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4)),
        ("13A1", "13A1", (0.1, 0.2, 0.3), ()),
        ("13A1", "13A1", (0.1,) * 9, ()),
        ("13A1", "13A1", (), ()),
    ],
)
def test_character_confidences_are_lined_up_with_the_text_or_left_out(raw, reading, given, expected):
    data = event(draft(PlateSeen(raw=raw, reading=reading, confidence=0.5, character_confidences=given))).data
    assert data.plate.character_confidences == expected
    assert ("character_confidences_unaligned" in data.warnings) is bool(given and not expected)


def test_other_readings_are_normalized_too():
    read = event(draft(plate(candidates=(("13 А 12346", 0.4), ("--", 0.1), ("١٣ A ١", None))))).data.plate
    assert [(one.text, one.confidence) for one in read.candidates] == [("13A12346", 0.4), ("13A1", None)]


def test_pictures_are_referred_to_by_digest_with_the_type_their_bytes_have():
    (one,) = normalized(draft(pictures=(Picture("plate", JPEG), Picture("overview", PNG))))
    images = one.event.data.images
    assert [(image.kind, image.media_type, image.size_bytes) for image in images] == [
        ("plate", "image/jpeg", len(JPEG)),
        ("overview", "image/png", len(PNG)),
    ]
    assert [image.sha256 for image in images] == [digest(JPEG), digest(PNG)]
    assert images[0].uri is None, "where they are is known once they are there"
    assert [(stored.sha256, stored.media_type, stored.body) for stored in one.pictures] == [
        (digest(JPEG), "image/jpeg", JPEG),
        (digest(PNG), "image/png", PNG),
    ]


def test_what_is_no_picture_is_left_out_and_told():
    (one,) = normalized(draft(pictures=(Picture("plate", b"efwefwef"), Picture("overview", JPEG))))
    assert [image.kind for image in one.event.data.images] == ["overview"]
    assert len(one.pictures) == 1
    assert "picture_not_an_image" in one.event.data.warnings


def test_a_picture_is_a_faces_when_it_shows_one_whatever_else_its_event_is():
    (one,) = normalized(draft(pictures=(Picture("plate", JPEG), Picture("face", JPEG), Picture("person", PNG))))
    assert [picture.is_face for picture in one.pictures] == [False, True, False]


def test_what_a_device_says_of_itself_has_no_pictures():
    (one,) = normalized(draft(Health(component="tamper", state="failed"), pictures=(Picture("overview", JPEG),)))
    assert one.pictures == ()


@pytest.mark.parametrize("fact", [FaceSeen(), None])
def test_a_picture_says_whether_it_is_kept_as_a_face(fact):
    (one,) = normalized(draft(fact, pictures=(Picture("overview", JPEG),)))
    assert [stored.is_face for stored in one.pictures] == [one.event.topic == FACES.name]


def test_more_pictures_than_an_event_may_have_are_left_out_and_told():
    pictures = tuple(Picture("overview", JPEG + bytes([number])) for number in range(MAX_PICTURES + 3))
    (one,) = normalized(draft(pictures=pictures))
    assert len(one.pictures) == MAX_PICTURES
    assert "pictures_left_out" in one.event.data.warnings
