"""Faces that Hikvision devices capture: where they are and how they look, never whose they are."""

import json

import pytest

from rasid.contract.codec import to_structured
from rasid.contract.event_ids import digest
from rasid.contract.fields import Box
from tests.support.reading import CAPTURED_AT, JPEG, one_event, one_refusal, read
from tests.support.vendors.hikvision import capture_json, face, with_pictures
from tools.demo.hikvision import multipart, notification_xml

SCENE = JPEG + b"scene"


def test_a_captured_face_is_a_place_a_crop_and_nothing_of_who_it_is():
    content_type, post = with_pictures(capture_json(face()), {"faceImage": JPEG, "backgroundImage": SCENE})
    result = read(post, content_type)
    (one,) = result.normalized
    data = one.event.data
    assert one.event.type == "face.detected"
    assert data.face.box == Box(0.45625, 0.3815, 0.5115, 0.509)
    assert (data.face.quality, data.face.template) == (0.23, None)
    assert [(image.kind, image.sha256) for image in data.images] == [
        ("face", digest(JPEG)),
        ("overview", digest(SCENE)),
    ]
    assert (data.vendor.event_id, data.vendor.track_id, data.vendor.channel) == ("20260301-1", "4711", "1")
    assert (data.captured_at, data.vendor_time) == ("2026-03-01T08:00:00.000Z", "2026-03-01T11:00:00+03:00")
    assert result.dropped == {"attribute": 3, "identification": 1}
    assert {"attribute_dropped", "camera_identification_dropped"} <= set(data.warnings)
    assert result.unknown_fields == 0
    text = to_structured(one.event).decode()
    assert not [claim for claim in ("Somebody", "0.9", "h-7", "male", "36.5") if claim in text]


@pytest.mark.parametrize(
    ("event_type", "block"),
    [("faceCapture", "faceCapture"), ("captureResult", "captureLibResult"), ("alarmResult", "alarmResult")],
)
@pytest.mark.parametrize("subtype", ["form-data", "mixed"])
def test_all_events_with_faces_are_read_the_same(event_type, block, subtype):
    document = capture_json(face(), event_type=event_type, block=block)
    content_type, post = with_pictures(document, {"faceImage": JPEG}, subtype)
    assert one_event(post, content_type).data.face.box == Box(0.45625, 0.3815, 0.5115, 0.509)


def test_a_capture_and_a_comparison_of_one_face_are_one_sighting():
    capture, compared = (
        one_event(capture_json(face(), event_type=name, block=name)) for name in ("faceCapture", "alarmResult")
    )
    assert capture.data.sighting_id == compared.data.sighting_id
    assert capture.id != compared.id
    assert one_event(capture_json(face(4712))).data.sighting_id != capture.data.sighting_id


@pytest.mark.parametrize("name", ["faceLibImage", "faceLibImage_1"])
def test_the_picture_somebody_was_enrolled_with_is_not_kept(name):
    document = capture_json(face(), event_type="alarmResult", block="alarmResult")
    content_type, post = with_pictures(
        document, {"faceImage": JPEG, name: JPEG + b"enrolled", "backgroundImage": SCENE}
    )
    result = read(post, content_type)
    (one,) = result.normalized
    assert [image.sha256 for image in one.event.data.images] == [digest(JPEG), digest(SCENE)]
    assert [picture.sha256 for picture in one.pictures] == [digest(JPEG), digest(SCENE)]
    assert result.dropped["identification"] == 2
    assert "camera_identification_dropped" in one.event.data.warnings


def test_each_face_of_a_picture_is_an_event_with_its_own_crop():
    faces = (face(1, contentID="faceImage_1"), face(2, left=100.0, contentID="faceImage_2"))
    pictures = {"faceImage_1": JPEG + b"1", "faceImage_2": JPEG + b"2", "backgroundImage": SCENE}
    content_type, post = with_pictures(capture_json(*faces), pictures)
    first, second = (one.event.data for one in read(post, content_type).normalized)
    assert [image.sha256 for image in first.images] == [digest(JPEG + b"1"), digest(SCENE)]
    assert [image.sha256 for image in second.images] == [digest(JPEG + b"2"), digest(SCENE)]
    assert first.sighting_id != second.sighting_id


def test_places_as_parts_of_the_frame_are_understood_too():
    place = {"x": 0.25, "y": 0.5, "width": 0.125, "height": 0.25}
    assert one_event(capture_json(face(faceRect=place))).data.face.box == Box(0.25, 0.5, 0.375, 0.75)


@pytest.mark.parametrize("score", [None, "", {"totalScore": 0.8}, -1, 101, "NaN"])
def test_a_score_that_is_none_is_no_quality(score):
    assert one_event(capture_json(face(faceScore=score))).data.face.quality is None


@pytest.mark.parametrize("text", [None, "", "2026-03-01 11:00:00.000", "soon"])
def test_a_time_of_the_face_without_an_offset_gives_way_to_one_that_has_it(text):
    data = one_event(capture_json(face(), targetAttrs={"faceTime": text})).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:01.000Z", "vendor_offset")


def test_a_crop_alone_is_a_face_whatever_the_document_says():
    body = notification_xml("faceSnap", captured_at=CAPTURED_AT, fields={"name": "somebody", "unknownLayout": {"a": 1}})
    content_type, post = multipart(body, {"faceImage": JPEG})
    result = read(post, content_type)
    (one,) = result.normalized
    assert (one.event.type, one.event.data.face.box) == ("face.detected", None)
    assert [image.kind for image in one.event.data.images] == ["face"]
    assert b"somebody" not in to_structured(one.event)


def test_a_picture_on_a_server_of_the_device_is_not_fetched_and_it_is_said():
    linked = face(URL="http://192.0.2.10/face.jpg")
    data = one_event(capture_json(linked, image="http://user:secret@192.0.2.10/scene.jpg")).data
    assert (data.images, "picture_elsewhere" in data.warnings) == ((), True)
    assert "secret" not in json.dumps(data.raw)


def test_without_place_and_crop_it_is_refused_and_the_claims_are_gone():
    refusal = one_refusal(capture_json({"faceId": 1, "name": "Somebody"}))
    assert refusal.reason == "face_event_refused"
    assert b"Somebody" not in refusal.part


def test_a_stream_of_several_notifications_gives_each_its_own_pictures():
    """As the alert stream sends it: documents and pictures one after another, never closed."""
    posts = [with_pictures(capture_json(face(n)), {"faceImage": JPEG + bytes([n])}, "mixed")[1] for n in (1, 2, 3)]
    stream = b"".join(post.removesuffix(b"--boundary--\r\n") for post in posts)
    stream += b"--boundary\r\nContent-Type: application/xml\r\n\r\n" + notification_xml(
        "videoloss", captured_at=CAPTURED_AT, fields={"eventState": "inactive"}
    )
    for content_type in ("", "multipart/mixed; boundary=boundary"):
        result = read(stream, content_type)
        assert [one.event.type for one in result.normalized] == ["face.detected"] * 3 + ["device.health"]
        crops = [one.event.data.images[0].sha256 for one in result.normalized[:3]]
        assert crops == [digest(JPEG + bytes([n])) for n in (1, 2, 3)]
