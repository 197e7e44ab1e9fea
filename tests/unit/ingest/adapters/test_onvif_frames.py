"""ONVIF's scene description: coordinates, classes, tracks, plates with their vehicles, what may not be kept."""

import json

import pytest

from rasid.contract.fields import Box, Location
from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.onvif import (
    FACE,
    IMAGE,
    PERSON,
    PIXELS,
    PLATE,
    VEHICLE,
    box,
    frame,
    klass,
    plate_info,
    stream,
    thing,
)

OLD_FORM = (
    "<tt:ClassCandidate><tt:Type>Other</tt:Type><tt:Likelihood>0.9</tt:Likelihood></tt:ClassCandidate>"
    "<tt:Extension><tt:OtherTypes><tt:Type>Motorcycle</tt:Type><tt:Likelihood>0.9</tt:Likelihood></tt:OtherTypes>"
    "</tt:Extension>"
)


def events(*content: str) -> list:
    result = read(stream(*content))
    assert result.refusals == ()
    return [one.event for one in result.normalized]


def test_a_plate_is_told_with_its_vehicle_and_the_vehicle_not_again():
    (event,) = events(frame(VEHICLE, PLATE))
    data = event.data
    assert (event.type, data.plate.text, data.plate.country, data.plate.region) == (
        "plate.read",
        "13H45678",
        "IQ",
        "Maysan",
    )
    assert data.plate.box == Box(0.25, 0.5, 0.35, 0.56)
    assert (data.vehicle.kind, data.vehicle.make, data.vehicle.confidence) == ("car", "Toyota", 0.6)
    assert (data.vehicle.speed_mps, data.vehicle.box) == (12.5, Box(0.1, 0.2, 0.5, 0.6))
    assert data.location == Location(31.84, 47.14)
    assert [thing.klass for thing in data.objects] == ["plate", "vehicle"]
    assert data.sighting_id == events(frame(VEHICLE))[0].data.sighting_id


def test_a_frame_of_several_is_one_event_for_each_but_a_vehicle_with_its_plate():
    lorry = thing("30", klass("Truck") + box(-1, 1, 0, 0))
    bag = thing("31", klass("Bag") + box(0, 0, 0.5, -0.5))
    assert [event.type for event in events(frame(VEHICLE, PLATE, PERSON, FACE, lorry, bag))] == [
        "plate.read",
        "person.detected",
        "face.detected",
        "vehicle.detected",
        "object.detected",
    ]


def test_a_second_plate_of_one_vehicle_is_a_sighting_of_its_own():
    second = PLATE.replace('"14"', '"15"').replace("45678", "45679")
    first, other = events(frame(VEHICLE, PLATE, second))
    assert first.data.sighting_id == events(frame(VEHICLE))[0].data.sighting_id
    assert other.data.sighting_id != first.data.sighting_id


def test_top_may_be_the_larger_or_the_smaller_number():
    upwards = box(100, 400, 500, 200, PIXELS.replace('y="1"', 'y="-1"').replace("-0.004", "0.004"))
    downwards = box(100, 100, 500, 300, PIXELS)
    for shape in (upwards, downwards):
        (event,) = events(frame(thing("1", shape)))
        assert event.data.objects[0].box == Box(0.1, 0.2, 0.5, 0.6)


def test_a_transformation_holds_for_everything_below_until_a_child_brings_its_own():
    (event,) = events(frame(PIXELS, thing("1", box(100, 100, 500, 300))))
    assert event.data.objects[0].box == Box(0.1, 0.2, 0.5, 0.6)
    own = '<tt:Transformation><tt:Scale x="1" y="1"/></tt:Transformation>'
    (event,) = events(frame(PIXELS, thing("1", box(-0.5, 0.5, 0.5, -0.5, own))))
    assert event.data.objects[0].box == Box(0.25, 0.25, 0.75, 0.75)


def test_pixels_without_a_transformation_stay_raw():
    data = events(frame(thing("1", box(100, 100, 500, 300))))[0].data
    assert data.objects[0].box is None
    assert data.raw["box"] == {"values": [100, 100, 500, 300], "space": "unknown"}
    assert "frame_size_unknown" in data.warnings


def test_what_leaves_the_picture_is_cut_at_its_edge_and_what_has_left_it_has_no_box():
    (event,) = events(frame(thing("1", box(900, 100, 1100, 300, PIXELS))))
    assert event.data.objects[0].box == Box(0.9, 0.2, 1.0, 0.6)
    (event,) = events(frame(thing("1", box(1100, 100, 1200, 300, PIXELS))))
    assert event.data.objects[0].box is None
    assert "box_outside_frame" in event.data.warnings


def test_a_polygon_stands_in_for_a_missing_box():
    corners = "".join(f'<tt:Point x="{x}" y="{y}"/>' for x, y in ((-0.5, 0), (0.5, 0), (0, 0.5)))
    (event,) = events(frame(thing("1", f"<tt:Shape><tt:Polygon>{corners}</tt:Polygon></tt:Shape>")))
    assert event.data.objects[0].box == Box(0.25, 0.25, 0.75, 0.5)


@pytest.mark.parametrize(
    ("classes", "kind", "raw", "confidence"),
    [
        ('<tt:Type Likelihood="0.2">Human</tt:Type><tt:Type Likelihood="0.7">Bus</tt:Type>', "vehicle", "Bus", 0.7),
        (
            "<tt:ClassCandidate><tt:Type>Human</tt:Type><tt:Likelihood>0.6</tt:Likelihood></tt:ClassCandidate>",
            "person",
            "Human",
            0.6,
        ),
        (
            OLD_FORM,
            "vehicle",
            "Motorcycle",
            0.9,
        ),
        ('<tt:Type Likelihood="-0.1">Vehical</tt:Type>', "vehicle", "Vehical", None),
        ("<tt:Type>Drone</tt:Type>", "unknown", "Drone", None),
    ],
)
def test_the_likeliest_class_counts_in_either_form(classes, kind, raw, confidence):
    (event,) = events(frame(thing("1", f"<tt:Class>{classes}</tt:Class>")))
    (seen,) = event.data.objects
    assert (seen.klass, seen.class_raw, seen.confidence) == (kind, raw, confidence)


def test_a_track_is_one_sighting_of_growing_revisions():
    first, second, third = events(
        frame(PERSON, at="2026-03-01T08:00:00.000Z"),
        frame(PERSON, at="2026-03-01T08:00:00.250"),
        frame(thing("20", klass("Human"), behaviour="<tt:Removed/>"), at="2026-03-01T08:00:01Z"),
    )
    assert len({event.data.sighting_id for event in (first, second, third)}) == 1
    assert [event.data.revision - first.data.revision for event in (second, third)] == [250, 1000]
    assert [event.data.phase for event in (first, second, third)] == ["new", "update", "end"]
    assert second.data.captured_at == "2026-03-01T08:00:00.250Z"


def test_a_track_of_another_day_is_another_sighting():
    today, tomorrow = events(frame(PERSON), frame(PERSON, at="2026-03-02T08:00:00Z"))
    assert today.data.sighting_id != tomorrow.data.sighting_id


def test_what_became_of_tracks_is_kept_with_those_that_go_on():
    tree = (
        '<tt:ObjectTree><tt:Rename><tt:from ObjectId="7"/><tt:to ObjectId="20"/></tt:Rename>'
        '<tt:Split><tt:from ObjectId="3"/><tt:to ObjectId="21"/><tt:to ObjectId="22"/></tt:Split>'
        '<tt:Delete ObjectId="21"/></tt:ObjectTree>'
    )
    person, face = events(frame(PERSON, FACE, tree))
    assert person.data.raw["renamed_from"] == ["7"]
    assert face.data.raw["split_from"] == ["3"]
    assert (person.data.phase, face.data.phase) == ("new", "end")


def test_an_empty_frame_says_that_the_camera_is_alive_and_nothing_more():
    (event,) = events(frame(), frame(at="2026-03-01T08:00:01Z"))
    assert (event.type, event.data.health.component, event.data.health.state) == ("device.health", "heartbeat", "ok")


def test_what_a_camera_says_of_a_person_is_dropped_and_counted():
    result = read(stream(frame(PERSON, VEHICLE)))
    assert result.dropped == {"attribute": 2}
    person, vehicle = (one.event.data for one in result.normalized)
    assert "attribute_dropped" in person.warnings
    assert "attribute_dropped" not in vehicle.warnings
    assert person.images[0].kind == "person"


def test_a_face_goes_with_its_crop():
    face = events(frame(PERSON, FACE))[1].data
    assert face.face.box == Box(0.35, 0.25, 0.4, 0.3)
    assert face.face.template is None
    assert [image.kind for image in face.images] == ["face"]


def test_pictures_inside_descriptions_are_told_apart():
    inside = plate_info("13 H 45678").replace(
        "</tt:LicensePlateInfo>", f"<tt:Image>{IMAGE}</tt:Image></tt:LicensePlateInfo>"
    )
    scene = f"<tt:SceneImage>{IMAGE}</tt:SceneImage>"
    (event,) = events(
        frame(thing("7", inside + f"<tt:VehicleInfo><tt:Image>{IMAGE}</tt:Image></tt:VehicleInfo>"), scene),
    )
    assert [image.kind for image in event.data.images] == ["plate", "vehicle", "overview"]


def test_an_address_of_a_picture_loses_its_password():
    ref = "<tt:ImageRef>http://admin:secret@192.0.2.7/crop.jpg</tt:ImageRef>"
    (event,) = events(frame(thing("1", ref)))
    assert event.data.raw["image_ref"] == "http://192.0.2.7/crop.jpg"


@pytest.mark.parametrize("text", ["", "unknown", "--", "无车牌"])
def test_a_plate_that_nobody_could_read_is_a_vehicle(text):
    (event,) = events(frame(thing("14", klass("LicensePlate") + plate_info(text))))
    assert event.type == "vehicle.detected"


@pytest.mark.parametrize(
    ("text", "moment", "warning"),
    [
        ("2026-03-01T08:00:00+03:00", "2026-03-01T08:00:00.000Z", "utc_time_with_offset"),
        ("2026-3-1T08:00:00", "2026-03-01T08:00:00.000Z", None),
        ("2016-13-40T08:00:00Z", "2026-03-01T08:00:00.000Z", "time_unreadable"),
        ("2034-01-01T00:00:00Z", "2034-01-01T00:00:00.000Z", "time_in_future"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "time_before_2015"),
    ],
)
def test_onvif_means_utc_whatever_the_suffix(text, moment, warning):
    result = read(stream(frame(PERSON, at=text)), time_zone="Asia/Baghdad")
    data = result.normalized[0].event.data
    assert data.captured_at == moment
    assert data.vendor_time == text
    assert warning is None or warning in data.warnings


def test_a_ptz_camera_says_where_it_looked_where_it_says_so_in_degrees():
    position = (
        '<tt:PanTilt x="{0}" y="10" space="http://www.onvif.org/ver10/tptz/PanTiltSpaces/{1}"/><tt:Zoom x="0.5"/>'
    )
    status = "<tt:PTZStatus><tt:Position>{}</tt:Position></tt:PTZStatus>"
    (event,) = events(frame(status.format(position.format(45, "SphericalPositionSpaceDegrees")), thing("1")))
    assert (event.data.view.pan_degrees, event.data.view.tilt_degrees, event.data.view.zoom) == (45, 10, 0.5)
    (event,) = events(frame(status.format(position.format(0.5, "PositionGenericSpace")), thing("1")))
    assert (event.data.view.pan_degrees, event.data.view.zoom) == (None, 0.5)


def test_several_documents_in_one_body_are_all_read_and_a_broken_one_costs_no_other():
    body = stream(frame(PERSON)) + b"\n" + stream(frame("<tt:Object")) + stream(frame(VEHICLE))
    result = read(body)
    assert [one.event.type for one in result.normalized] == ["person.detected", "vehicle.detected"]
    assert [refusal.reason for refusal in result.refusals] == ["xml_not_well_formed"]


def test_a_broken_document_about_a_person_is_not_kept():
    assert one_refusal(stream(frame(PERSON))[:-30]).part == b""


def test_a_bare_frame_is_one():
    assert one_event(b'<Frame UtcTime="2026-03-01T08:00:00Z"><Object ObjectId="4"/></Frame>').type == "object.detected"


def test_too_many_objects_are_refused_with_the_limit():
    assert one_refusal(stream(frame(*(thing(str(number)) for number in range(600))))).reason == "too_many_events"


def test_numbers_over_mqtt_may_be_texts():
    shape = {"BoundingBox": {"@left": "-0.5", "@top": "0.5", "@right": 0.5, "@bottom": -0.5}}
    body = {
        "Frame": [{"@UtcTime": "2026-03-01T08:00:00Z", "Object": [{"@ObjectId": "9", "Appearance": {"Shape": shape}}]}]
    }
    assert one_event(json.dumps(body).encode()).data.objects[0].box == Box(0.25, 0.25, 0.75, 0.75)


def test_makers_put_plates_and_directions_into_extensions():
    plate = "<tt:Extension><tt:LicensePlateInfo><tt:PlateNumber><tt:Item>13H45678</tt:Item></tt:PlateNumber>"
    plate += "<tt:Likelihood>0.8</tt:Likelihood></tt:LicensePlateInfo></tt:Extension>"
    added = (
        '<tt:Extension><Properties><Property name="Direction">Approaching</Property><Property name="Lane">2</Property>'
    )
    body = thing("7", klass("Vehicle") + plate).replace(
        "</tt:Object>", f"{added}</Properties></tt:Extension></tt:Object>"
    )
    (event,) = events(frame(body))
    assert (event.data.plate.text, event.data.plate.confidence) == ("13H45678", 0.8)
    assert (event.data.vehicle.direction, event.data.raw["lane"]) == ("approaching", "2")


def test_of_two_forms_of_one_class_the_newer_word_counts():
    classes = (
        "<tt:Class><tt:ClassCandidate><tt:Type>Vehical</tt:Type><tt:Likelihood>0.59</tt:Likelihood></tt:ClassCandidate>"
        '<tt:Type Likelihood="0.59">Vehicle</tt:Type></tt:Class>'
        '<tt:VehicleInfo><tt:Type Likelihood="0.59">Car</tt:Type></tt:VehicleInfo>'
    )
    (event,) = events(frame(thing("8670", classes)))
    assert (event.data.objects[0].class_raw, event.data.vehicle.kind) == ("Vehicle", "car")
