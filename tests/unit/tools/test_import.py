"""`rasid import`: recorded reads of a camera, with progress and an exit status."""

import json

import httpx
import pytest
from click.testing import CliRunner

from tests.support.vendors.rasid import event, lines
from tools.importing import cli

GOOD = lines(event(), event(vendor={"event_id": "e-2"}))


class Ingest:
    """Answers posts of a camera without a network."""

    status = 200

    def __init__(self, ingest, camera_id, credential):
        self.camera_id = camera_id
        assert (ingest, credential.user, credential.password) == ("http://127.0.0.1:8801", "cam-1", "secret")

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def post(self, _, body):
        accepted = [str(number) for number in range(body.count(b"\n"))]
        return httpx.Response(self.status, json={"accepted": accepted, "detail": "no such camera"})


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "CameraClient", Ingest)
    monkeypatch.setenv("RASID_CAMERA_PASSWORD", "secret")

    def run(body, *options):
        file = tmp_path / "reads.ndjson"
        file.write_bytes(body)
        return CliRunner().invoke(cli.import_reads, [str(file), "--camera", "cam-1", *options])

    return run


def test_the_end_says_how_many_there_are(run):
    outcome = run(GOOD)
    assert outcome.exit_code == 0, outcome.output
    assert "2 events are durable, 0 lines were refused" in outcome.stderr
    assert "lines up to 2 are settled" in outcome.stderr


def test_a_wrong_line_is_printed_and_the_exit_says_so(run):
    outcome = run(GOOD + b"{}\n")
    assert outcome.exit_code == 3
    (wrong,) = (json.loads(line) for line in outcome.stdout.splitlines())
    assert (wrong["line"], wrong["reason"]) == (3, "event_invalid")


def test_a_refusal_of_the_whole_is_said_with_the_line_to_go_on_from(run, monkeypatch):
    monkeypatch.setattr(Ingest, "status", 401)
    outcome = run(GOOD)
    assert outcome.exit_code == 1
    assert "401: no such camera" in outcome.stderr
    assert "lines up to 0 are settled" in outcome.stderr
