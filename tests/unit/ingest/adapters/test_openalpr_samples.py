"""What OpenALPR documents and a Rekor agent sent: facts about the published samples."""

import pytest

from rasid.contract.fields import Box, Location
from tests.support.reading import one_event, read
from tests.support.samples import files_of, needs_samples

pytestmark = needs_samples

FILES = files_of("openalpr")
READS = {
    # file: plates with confidence, time, country, first plate's box
    "agent_alpr_group.json": (
        [("D2651BF", 0.938771)],
        "2019-07-09T14:05:21.504Z",
        Box(3266 / 4096, 187 / 2160, 3485 / 4096, 306 / 2160),
    ),
    "agent_alpr_results.json": (
        [("D2651BF", 0.929419), ("CG3L5Y", 0.947376)],
        "2019-07-09T14:13:28.425Z",
        Box(3247 / 4096, 188 / 2160, 3467 / 4096, 307 / 2160),
    ),
    "cloudapi_v3_results.json": (
        [("627WWI", 0.940911)],
        "2020-06-22T18:17:18.217Z",
        Box(238 / 600, 358 / 600, 357 / 600, 409 / 600),
    ),
    "rekor_v3_alpr_group.json": (
        [("19462SH", 0.932547)],
        "2021-10-17T13:05:47.845Z",
        Box(601 / 1280, 284 / 720, 659 / 1280, 325 / 720),
    ),
}
HEARTBEAT = "agent_heartbeat.json"


def edges(box: Box) -> list[float]:
    return [box.left, box.top, box.right, box.bottom]


def test_every_sample_has_its_facts_here():
    assert set(FILES) == {*READS, HEARTBEAT}


@pytest.mark.parametrize("name", READS)
def test_a_published_read_gives_the_plates_it_holds(name):
    plates, captured_at, box = READS[name]
    result = read(FILES[name].read_bytes())
    assert result.refusals == ()
    made = [one.event.data for one in result.normalized]
    assert [(one.plate.text, one.plate.confidence) for one in made] == plates
    assert {one.captured_at for one in made} == {captured_at}
    assert {one.time_quality.source for one in made} == {"vendor_utc"}
    assert {one.plate.country for one in made} == {"US"}
    assert edges(made[0].plate.box) == pytest.approx(edges(box), abs=1e-5)


@pytest.mark.parametrize("name", FILES)
def test_every_field_of_the_samples_is_known(name):
    assert read(FILES[name].read_bytes()).unknown_fields == 0


def test_the_documented_group():
    data = one_event(FILES["agent_alpr_group.json"].read_bytes()).data
    assert (data.vehicle.kind, data.vehicle.make, data.vehicle.model, data.vehicle.color) == (
        "car",
        "ford",
        "focus",
        "black",
    )
    assert data.location == Location(latitude=37.635986328125, longitude=-79.2059326171875)
    assert (data.revision, data.vendor.channel, data.images) == (2975, "1234", ())
    assert "picture_not_an_image" in data.warnings


def test_the_agents_group_brings_three_pictures_and_no_signature():
    data = one_event(FILES["rekor_v3_alpr_group.json"].read_bytes()).data
    assert [image.kind for image in data.images] == ["plate", "vehicle", "overview"]
    assert {image.media_type for image in data.images} == {"image/jpeg"}
    assert (data.vehicle.make, data.vehicle.model, data.vehicle.kind) == ("bmw", "x3", "suv")
    assert "1h_0d72" not in str(data)


def test_a_make_and_a_model_that_contradict_each_other():
    vehicle = one_event(FILES["cloudapi_v3_results.json"].read_bytes()).data.vehicle
    assert (vehicle.make, vehicle.model, vehicle.color) == ("daihatsu", None, "silver")


def test_the_documented_heartbeat():
    made = one_event(FILES[HEARTBEAT].read_bytes())
    assert (made.type, made.data.health.component, made.data.health.state) == ("device.health", "heartbeat", "ok")
    assert made.data.captured_at == "2019-07-09T14:18:24.008Z"
    assert "licensekeyvalue" not in str(made)
