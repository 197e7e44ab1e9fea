"""What Plate Recognizer publishes and a user's webhook received: facts about the published samples."""

import pytest

from rasid.contract.detections import Candidate
from tests.support.reading import one_event, one_refusal, read
from tests.support.samples import files_of, needs_samples

pytestmark = needs_samples

FILES = files_of("plate_recognizer")
READS = ("readme_snapshot_results.json", "stream_webhook_9jub11.json")
# Source code of a test: names of Python stand where values would be.
REFUSED = "webhook_tester_payload_pydict.txt"


def test_every_sample_has_its_facts_here():
    assert set(FILES) == {*READS, REFUSED}


def test_the_webhook_of_a_stream():
    data = one_event(FILES["stream_webhook_9jub11.json"].read_bytes()).data
    assert (data.plate.raw, data.plate.text, data.plate.confidence) == ("9jub11", "9JUB11", 0.839)
    assert (data.plate.country, data.plate.country_raw) == ("GB", "gb")
    assert data.plate.candidates == (Candidate("SJU88Y", None), Candidate("SJUBI", None))
    assert (data.captured_at, data.time_quality.source) == ("2021-09-29T05:56:13.606Z", "vendor_utc")
    assert (data.vehicle.kind, data.vehicle.confidence, data.vendor.channel) == ("truck", 0.267, "camera-1")
    assert (data.plate.box, data.raw["box"]["values"]) == (None, [460.0, 57.0, 557.0, 82.0])
    assert data.vehicle.heading_degrees is None


def test_the_answer_of_a_snapshot_has_neither_camera_nor_time():
    data = one_event(FILES["readme_snapshot_results.json"].read_bytes()).data
    assert (data.plate.text, data.plate.confidence, data.plate.country) == ("ABC123", 0.904, None)
    assert (data.time_quality.source, data.raw["filename"]) == ("received", "car.jpg")
    assert {"time_missing", "identity_weak", "frame_size_unknown"} <= set(data.warnings)


def test_source_code_is_refused_for_what_it_is():
    assert one_refusal(FILES[REFUSED].read_bytes()).reason == "json_not_well_formed"


@pytest.mark.parametrize("name", READS)
def test_every_field_of_the_samples_is_known(name):
    assert read(FILES[name].read_bytes()).unknown_fields == 0
