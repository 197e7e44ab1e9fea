"""`rasid explain`: what the platform makes of a payload, on one's own machine."""

import json

import pytest
from click.testing import CliRunner

from rasid.contract.codec import from_structured
from tests.support.reading import CAPTURED_AT, JPEG, one_event
from tools.demo.hikvision import anpr_xml, multipart, notification_xml
from tools.explain import explain

READ = anpr_xml(captured_at=CAPTURED_AT, event_id="e-1")


@pytest.fixture
def run(tmp_path):
    def run(bodies, *options):
        files = []
        for name, body in bodies.items():
            (tmp_path / name).write_bytes(body)
            files.append(str(tmp_path / name))
        outcome = CliRunner().invoke(explain, [*files, *options])
        return outcome.exit_code, [json.loads(line) for line in outcome.stdout.splitlines()], outcome.stderr

    return run


def test_an_event_is_printed_as_ingest_would_publish_it(run):
    code, lines, _ = run({"read.xml": READ}, "--camera", "cam-1", "--received-at", "2026-03-01T08:00:00Z")
    published = one_event(READ, site_id=None)
    assert code == 0
    (line,) = lines
    assert from_structured(json.dumps(line).encode()) == published
    assert line["datacontenttype"] == "application/json"
    assert line["dataschema"] == "rasid:plate.read:1"


def test_a_payload_with_pictures_needs_no_content_type(run):
    _, body = multipart(READ, {"licensePlatePicture": JPEG})
    code, (line,), _ = run({"post.bin": body})
    assert code == 0
    assert [image["kind"] for image in line["data"]["images"]] == ["plate"]


def test_warnings_alone_are_no_failure(run):
    code, (line,), _ = run({"read.xml": READ}, "--received-at", "2030-01-01T00:00:00Z")
    assert code == 0
    assert "time_far_from_arrival" in line["data"]["warnings"]


def test_a_refused_part_is_a_problem_after_the_events_and_the_exit_says_so(run):
    body = notification_xml("thermometry", captured_at=CAPTURED_AT) + READ
    code, (event, problem), _ = run({"both.xml": body})
    assert code == 3
    assert event["type"] == "plate.read"
    assert problem["type"] == "urn:rasid:problem:event_type_unknown"
    assert problem["status"] == 422
    assert "thermometry" in problem["detail"]


def test_with_several_files_each_line_names_its_file(run):
    code, lines, _ = run({"one.xml": READ, "two.html": b"<html></html>"})
    assert code == 3
    assert [line["file"].rpartition("/")[2] for line in lines] == ["one.xml", "two.html"]
    assert lines[1]["type"].endswith("web_page")


def test_the_zone_is_the_cameras(run):
    local = anpr_xml(captured_at=CAPTURED_AT.replace(tzinfo=None))
    _, (line,), _ = run({"read.xml": local}, "--zone", "Africa/Algiers")
    assert line["data"]["captured_at"] == "2026-03-01T07:00:00.000Z"
    assert line["data"]["time_quality"]["zone"] == "Africa/Algiers"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--adapter", "kodak"], "hikvision"),
        (["--zone", "Atlantis"], "Asia/Baghdad"),
        (["--camera", "Camera One"], "identifier"),
        (["--received-at", "yesterday"], "2026-03-01T08:00:00Z"),
    ],
)
def test_an_option_that_cannot_be_is_told_with_one_that_can(run, options, words):
    code, lines, errors = run({"read.xml": READ}, *options)
    assert code == 2
    assert lines == []
    assert words in errors


def test_the_adapter_can_be_named(run):
    code, (line,), _ = run({"x.xml": b"<ResponseStatus/>"}, "--adapter", "hikvision")
    assert code == 3
    assert line["adapter"] == "hikvision"


def test_a_payload_can_come_from_standard_input():
    outcome = CliRunner().invoke(explain, ["-"], input=READ)
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout)["type"] == "plate.read"


def test_a_file_that_is_not_there_is_told():
    outcome = CliRunner().invoke(explain, ["missing.xml"])
    assert outcome.exit_code == 2
    assert "missing.xml" in outcome.stderr
