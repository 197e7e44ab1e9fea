"""Rasid's own event JSON: what is posted reads like what is published, and everything is checked."""

import base64
import json

import pytest

from rasid.contract.codec import to_structured
from rasid.contract.detections import Count
from rasid.contract.event_ids import digest
from rasid.contract.fields import Box
from tests.support.reading import JPEG, PNG, one_event, one_refusal, read
from tests.support.samples import PROJECT
from tests.support.vendors.rasid import PICTURE, body, event, lines
from tools.generate.examples import EXAMPLES as PUBLISHED


def test_a_plate_read_becomes_what_it_says():
    vehicle = {"kind": "car", "color": "white", "direction": "approaching", "speed_mps": 11.5}
    one = one_event(body(event(images=[PICTURE], vehicle=vehicle, location={"latitude": 31.8, "longitude": 47.1})))
    data = one.data
    assert one.type == "plate.read"
    assert (data.plate.raw, data.plate.text, data.plate.country, data.plate.region) == (
        "13 A 12345",
        "13A12345",
        "IQ",
        "Maysan",
    )
    assert (data.plate.confidence, data.plate.box) == (0.97, Box(0.4, 0.6, 0.5, 0.65))
    assert (data.vehicle.speed_mps, data.location.latitude) == (11.5, 31.8)
    assert (data.captured_at, data.vendor_time) == ("2026-03-01T08:00:00.250Z", "2026-03-01T11:00:00.250+03:00")
    assert (data.time_quality.source, data.time_quality.zone) == ("vendor_offset", "+03:00")
    assert [(image.kind, image.sha256) for image in data.images] == [("plate", digest(JPEG))]
    assert (data.vendor.track_id, data.adapter.name, data.warnings) == ("t-1", "rasid", ())


@pytest.mark.parametrize(
    ("kind", "attribute", "expected"),
    [
        ("rule.triggered", lambda data: (data.rule.kind, data.rule.state), ("line_crossed", "start")),
        ("count.reported", lambda data: (data.counts, data.interval_seconds), ({"person": Count(in_=4, out=2)}, 60.0)),
        ("device.health", lambda data: (data.health.component, data.health.state), ("storage", "degraded")),
        ("face.detected", lambda data: (data.face.box, data.face.quality), (Box(0.4, 0.6, 0.5, 0.65), 0.7)),
        ("vehicle.detected", lambda data: data.vehicle.kind, None),
        ("person.detected", lambda data: data.phase, "new"),
        ("object.detected", lambda data: data.objects, ()),
        ("device.connected", lambda data: data.after_seconds, None),
        ("device.disconnected", lambda data: data.reason, None),
    ],
)
def test_every_type_is_taken(kind, attribute, expected):
    one = one_event(body(event(kind)))
    assert (one.type, attribute(one.data)) == (kind, expected)


@pytest.mark.parametrize("make", [body, lines])
def test_several_events_in_a_list_or_a_line_each(make):
    posted = [event(vendor={"track_id": str(number)}) for number in range(3)]
    sightings = {one.event.data.sighting_id for one in read(make(*posted)).normalized}
    assert len(sightings) == 3


def test_of_several_lines_the_good_ones_are_events_and_each_bad_one_a_refusal():
    result = read(lines(event(), event(captured_at="2026-03-01T11:00:00"), event("rule.triggered")) + b'{"type": "pl')
    assert [one.event.type for one in result.normalized] == ["plate.read", "rule.triggered"]
    assert [refusal.reason for refusal in result.refusals] == ["time_without_offset", "json_not_well_formed"]


def test_revisions_of_one_track_are_one_sighting():
    first, second = (one_event(body(event(revision=number, phase="update"))).data for number in (1, 2))
    assert first.sighting_id == second.sighting_id
    assert (first.revision, second.revision) == (1, 2)


@pytest.mark.parametrize("name", [name for name, one in PUBLISHED.items() if one.source.startswith("/ingest/")])
def test_what_is_published_can_be_posted_again(name):
    """An archive of printed events is an input: only what cameras say; pictures are named there, not held."""
    published = PUBLISHED[name]
    if published.type.startswith(("site.", "camera.")):
        assert read(to_structured(published)).refusals
        return
    (one,) = read(to_structured(published), adapter="rasid").normalized
    assert one.event.type == published.type
    for field in (
        "plate",
        "vehicle",
        "rule",
        "face",
        "counts",
        "health",
        "vendor",
        "objects",
        "location",
        "captured_at",
    ):
        assert getattr(one.event.data, field, None) == getattr(published.data, field, None), field


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"captured_at": 1772352000}, "captured_at"),
        ({"captured_at": None}, "captured_at"),
        ({"plate": None}, "plate"),
        ({"plate": "13A12345"}, "plate"),
        ({"plate": {"raw": "13A1", "confidence": 97}}, "plate.confidence"),
        ({"plate": {"raw": "13A1", "country": "IRQ"}}, "plate.country"),
        ({"plate": {"raw": "13A1", "box": {"left": 12, "top": 0, "right": 1, "bottom": 1}}}, "plate.box.left"),
        ({"vehicle": {"direction": "up"}}, "vehicle.direction"),
        ({"vehicle": {"speed_mps": -1}}, "vehicle.speed_mps"),
        ({"objects": [{"class": "car"}]}, "objects[0].class"),
        ({"vendor": {"event_id": 7}}, "vendor.event_id"),
        ({"revision": -1}, "revision"),
        ({"revision": 2**64}, "revision"),
        ({"images": [{"kind": "selfie", "data": ""}]}, "images[0].kind"),
        ({"location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
    ],
)
def test_what_is_wrong_is_refused_and_said_where(changes, where):
    refusal = one_refusal(body(event(**changes)), adapter="rasid")
    assert refusal.reason == "event_invalid"
    assert where in refusal.detail
    assert "docs/adapters.md" in refusal.detail


def test_a_refusal_does_not_repeat_the_value():
    assert "13A12345" not in one_refusal(body(event(phase="13A12345"))).detail


@pytest.mark.parametrize("text", ["2026-03-01T11:00:00", "2026-03-01 11:00", "yesterday", "", "0000-00-00T00:00:00Z"])
def test_a_time_without_an_offset_is_refused_with_how_to_write_it(text):
    refusal = one_refusal(body(event(captured_at=text)))
    assert refusal.reason == "time_without_offset"
    assert "+03:00" in refusal.detail


def test_what_is_said_of_a_person_is_dropped_and_new_fields_are_counted():
    person = {"class": "person", "age": 31, "gender": "m"}
    result = read(body(event("person.detected", objects=[person], person_name="Somebody", novelty=1)))
    (one,) = result.normalized
    assert result.dropped == {"attribute": 2, "identification": 1}
    assert result.unknown_fields == 1
    assert b"Somebody" not in to_structured(one.event)


def test_a_template_is_taken_with_its_model():
    template = base64.b64encode(b"\x00\x3c" * 4).decode()
    face = {"template": template, "template_model": "maker-3"}
    data = one_event(body(event("face.detected", face=face))).data
    assert (data.face.template, data.face.template_dims) == (template, 4)
    wrong = one_refusal(body(event("face.detected", face={"template": "no base64!", "template_model": "m"})))
    assert (wrong.reason, wrong.part) == ("event_invalid", b"")


def test_pictures_may_be_parts_of_the_post():
    parts = [("event", "application/json", body(event())), ("vehicle", "image/jpeg", JPEG), ("scene", "image/png", PNG)]
    post = b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + part
        + b"\r\n"
        for name, kind, part in parts
    )
    data = one_event(post + b"--b--\r\n", "multipart/form-data; boundary=b").data
    assert [(image.kind, image.media_type) for image in data.images] == [
        ("vehicle", "image/jpeg"),
        ("overview", "image/png"),
    ]


def test_a_picture_that_is_only_named_is_not_fetched_and_it_is_said():
    data = one_event(body(event(images=[{"kind": "plate", "uri": "http://192.0.2.1/p.jpg"}]))).data
    assert (data.images, data.warnings) == ((), ("picture_elsewhere",))


def test_the_example_in_the_documents_is_read():
    text = (PROJECT / "docs" / "adapters.md").read_text(encoding="utf-8")
    example = text.partition("## Rasid's own JSON")[2].partition("```json\n")[2].partition("```")[0]
    one = one_event(json.dumps(json.loads(example)).encode())
    assert (one.type, one.data.plate.text, one.data.warnings) == ("plate.read", "13A12345", ())
