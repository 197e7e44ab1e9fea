"""Recorded reads that are brought in: each line settled, none twice, none as if it happened now."""

import json
from types import SimpleNamespace

import httpx
import pytest

from rasid.errors import Problem, TemporarilyUnavailable
from tests.support.vendors.rasid import event, lines
from tools.importing.lines import LINES, batches
from tools.importing.sending import Sender

MANY = 2 * LINES + 50


def recorded(number: int) -> dict[str, object]:
    return event(vendor={"event_id": f"e-{number}"}, captured_at="2025-03-01T11:00:00+03:00")


def cut(body: bytes, bench, from_line: int = 1):
    return list(batches(body.splitlines(keepends=True), "cam-1", bench.clock.now(), from_line))


def as_camera(bench, answers=()):
    """The camera's client, posting to the bench; `answers` come first, None for a connection that breaks."""
    waiting = list(answers)

    async def post(content_type, body):
        if waiting:
            answer = waiting.pop(0)
            if answer is None:
                raise httpx.ConnectError("away")
            return httpx.Response(answer, json={"detail": "so it is"})
        return await bench.post(body, content_type=content_type)

    return SimpleNamespace(camera_id="cam-1", post=post)


async def imported(bench, body, *, answers=(), tries=5, from_line=1):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    sender = Sender(as_camera(bench, answers), tries=tries, sleep=sleep)
    wrong = []
    await sender.send_all(cut(body, bench, from_line), lambda batch: wrong.extend(batch.wrong))
    return sender.tally, wrong, waited


async def test_every_line_is_an_event_and_held_back(ingest):
    tally, wrong, _ = await imported(ingest, lines(*map(recorded, range(MANY))))
    assert (tally.accepted, tally.refused, tally.last, wrong) == (MANY, 0, MANY, [])
    events = ingest.bus.of("plate.read")
    assert len({one.id for one in events}) == MANY
    assert all(one.data.is_replay and not one.data.time_quality.suspicious for one in events)


async def test_a_camera_with_another_adapter_brings_its_recorded_reads_too(ingest):
    await ingest.register("cam-9", adapter="hikvision")
    body = cut(lines(recorded(1)), ingest)[0].body
    assert (await ingest.post(body, camera_id="cam-9")).status_code == 422
    answer = await ingest.post(body, camera_id="cam-9", content_type="application/vnd.rasid.events+json")
    assert len(answer.json()["accepted"]) == 1


async def test_importing_again_makes_the_same_events(ingest):
    for _ in range(2):
        await imported(ingest, lines(*map(recorded, range(3))))
    events = ingest.bus.of("plate.read")
    assert (len(events), len({one.id for one in events})) == (6, 3)


async def test_each_wrong_line_is_told_with_its_number_and_the_others_are_taken(ingest):
    body = lines(recorded(1)) + b"\n[1]\n{broken\n" + lines(event(captured_at="2025-03-01T11:00:00"), recorded(2))
    tally, wrong, _ = await imported(ingest, body)
    assert (tally.accepted, tally.refused, tally.last) == (2, 3, 6)
    assert [(one.line, one.reason) for one in wrong] == [
        (3, "json_not_an_object"),
        (4, "json_not_well_formed"),
        (5, "time_without_offset"),
    ]
    assert ingest.bus.letters == []


async def test_it_goes_on_from_a_line(ingest):
    tally, _, _ = await imported(ingest, lines(*map(recorded, range(10))), from_line=8)
    assert (tally.accepted, tally.last) == (3, 10)


@pytest.mark.parametrize("away", [503, None, 500])
async def test_it_waits_while_ingest_is_away(ingest, away):
    tally, _, waited = await imported(ingest, lines(recorded(1)), answers=[away, away])
    assert (tally.accepted, waited) == (1, [0.5, 1.0])


async def test_when_ingest_stays_away_what_is_settled_is_known(ingest):
    with pytest.raises(TemporarilyUnavailable):
        await imported(ingest, lines(recorded(1)), answers=[503] * 5)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_waiting_does_not_mend_ends_it_with_the_reason(ingest, status):
    with pytest.raises(Problem, match="so it is") as refused:
        await imported(ingest, lines(recorded(1)), answers=[status])
    assert str(status) in refused.value.detail


async def test_an_envelope_is_marked_inside(ingest):
    body = json.dumps({"specversion": "1.0", "type": "plate.read", "data": event(type=None)}).encode() + b"\n"
    await imported(ingest, body)
    assert ingest.bus.of("plate.read")[0].data.is_replay
