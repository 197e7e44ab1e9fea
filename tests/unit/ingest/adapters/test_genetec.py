"""Genetec: three forms of one read, each with its own scales and times."""

import pytest

from rasid.contract.fields import Location
from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.genetec import autovu, exporter, ingestion, sharp, sharp_xml

FORMS = {"ingestion": ingestion, "sharp": sharp, "sharp in xml": sharp_xml, "ftp template": autovu}


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        (ingestion(Confidence="0.95"), 0.95),
        (ingestion(Confidence="1"), 1.0),
        (ingestion(Confidence=0.5), 0.5),
        (ingestion(Confidence="95"), None),
        (ingestion(Confidence=""), None),
        (sharp(analytics={"Confidence Score": "95"}), 0.95),
        (sharp(analytics={"Confidence Score": "1"}), 0.01),
        (sharp(analytics={"Confidence Score": "-"}), None),
        (sharp_xml(), 1.0),
        (autovu(), 0.77),
        (exporter(), 0.66),
    ],
)
def test_each_form_has_its_scale(body, confidence):
    assert one_event(body).data.plate.confidence == confidence


@pytest.mark.parametrize(
    ("body", "source", "zone"),
    [
        (ingestion(), "vendor_utc", None),
        (ingestion(ReadTimeUtc="2026-03-01T08:00:00.250"), "vendor_utc", None),
        (ingestion(ReadTimeUtc="2026-03-01T11:00:00.250+03:00"), "vendor_offset", None),
        (sharp(), "camera_zone", "Asia/Baghdad"),
        (sharp(Timestamp="2026-03-01T08:00:00.250Z"), "vendor_utc", None),
        (sharp_xml(), "vendor_offset", None),
        (autovu(), "vendor_utc", None),
        (autovu(date="2026-03-01"), "vendor_utc", None),
    ],
)
def test_each_form_has_its_time(body, source, zone):
    data = one_event(body, time_zone=zone).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.250Z", source)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_each_form_gives_the_plate_and_its_device(form):
    data = one_event(form("٤٥٢٧١ ب")).data
    assert (data.plate.raw, data.plate.text, data.plate.script) == ("٤٥٢٧١ ب", "45271ب", "arabic")
    assert data.plate.country is None
    assert data.vendor.event_id
    assert data.vendor.device_serial in {"02005E100001", "SHARP00001"}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("plate", ["", "UNKNOWN", "--", "no plate"])
def test_a_read_without_a_legible_plate_is_a_vehicle(form, plate):
    assert one_event(form(plate)).type == "vehicle.detected"


def test_what_the_unit_found_out_about_the_vehicle():
    found = {"Vehicle Make": "BMW", "Vehicle Type": "Truck", "Relative Motion": "Approaching", "Speed": "60 km/h"}
    data = one_event(sharp(analytics=found)).data
    assert (data.vehicle.make, data.vehicle.kind, data.vehicle.direction) == ("BMW", "truck", "approaching")
    assert data.vehicle.speed_mps == 16.667
    assert data.location == Location(latitude=31.8356, longitude=47.1448)
    assert [image.kind for image in data.images] == ["overview"]


def test_miles_are_miles_and_zero_degrees_are_no_place():
    data = one_event(sharp_xml()).data
    assert (data.vehicle.speed_mps, data.location) == (4.47, None)


@pytest.mark.parametrize("date", ["03/01/2026", "2026-03-01", "2026/03/01"])
def test_the_exporter_writes_the_month_first(date):
    data = one_event(exporter(DateUtc=date)).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.000Z", "vendor_utc")
    assert data.vehicle.direction == "departing"
    assert data.vehicle.make is None
    assert read(exporter()).unknown_fields == 0


def test_in_and_out_are_ways_through_a_gate_and_no_direction_of_view():
    data = one_event(ingestion(VehicleDirection="In")).data
    assert (data.vehicle.direction, data.raw["direction"]) == (None, "In")


def test_several_reads_in_one_post_are_several_events():
    body = b"[" + ingestion("A1", ReferenceReadId="1") + b"," + ingestion("A2", ReferenceReadId="2") + b"]"
    assert [one.event.data.plate.text for one in read(body).normalized] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"ReadTimeUtc": "2026-03-01T08:00:00Z"}', "read_missing"),
        (b"<Plate><PlateImage/></Plate>", "read_missing"),
        (b"<AutoVu><Plate>A1</Plate>", "xml_not_well_formed"),
        (b"plate", "read_missing"),
    ],
)
def test_what_is_no_read_is_refused_with_words(body, reason):
    assert one_refusal(body, adapter="genetec").reason == reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_xml_is_known_whatever_it_is_written_in(encoding):
    written = one_event(sharp_xml("٤٥٢٧١ ب").decode().encode(encoding)).data
    assert written.plate == one_event(sharp_xml("٤٥٢٧١ ب")).data.plate
