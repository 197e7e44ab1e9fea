"""The live stream: who gets what, in which order, once, and only after it is on record."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from rasid.contract.topics import ALERTS
from rasid.errors import TemporarilyUnavailable
from rasid.testing.clock import START
from services.alerts.alert import Step, acknowledge, updated_event
from tests.support.eventually import eventually
from tests.unit.alerts.live_bench import Connection, Live, running


@pytest.fixture
async def live(tmp_path) -> AsyncIterator[Live]:
    async with running(Live(tmp_path)) as started:
        yield started


async def test_an_alert_reaches_everyone_of_its_agency_after_one_record_that_names_them(live):
    one, two, other = (
        await live.connect(),
        await live.connect(subject="officer-2"),
        await live.connect(subject="agent-1", agency="intelligence"),
    )
    await live.ring("alert-1")
    await eventually(lambda: one.names == two.names == ["raised"])
    assert live.records.written == [("alert-1", ("officer-1", "officer-2"))]
    assert other.events == []
    assert '"alert_id":"alert-1"' in one.events[0].data


async def test_the_stream_begins_with_how_to_come_back(live):
    one = await live.connect()
    await eventually(lambda: one.text)
    assert b"retry: 2000\n" in one.text
    assert live.records.written == []


async def test_what_does_not_ring_is_named_otherwise(live):
    one = await live.connect()
    await live.ring("alert-1", seen=0, received=90)
    alert = live.store.stored["alert-1"]
    _, taken = acknowledge(alert, Step(by="officer-2", agency="police", at=START))
    await live.publish(updated_event(alert, "detection-2", START), taken)
    await eventually(lambda: len(one.events) == 3)
    assert one.names == ["historic", "updated", "acknowledged"]


async def test_what_was_missed_comes_first_and_in_order_on_any_replica(live):
    one = await live.connect()
    await live.ring("alert-1")
    await eventually(lambda: one.events)
    await one.stop()
    for number in range(2, 5):
        await live.ring(f"alert-{number}", agency="police" if number != 3 else "intelligence")
    async with running(live, replica := live.new_hub()):
        await eventually(lambda: replica._window is not None and replica._window.end == 4)
        again = await live.connect(one.last_id, hub=replica)
        await live.ring("alert-5")
        await eventually(lambda: len(again.events) == 3)
    assert [event.data[13:20] for event in again.events] == ["alert-2", "alert-4", "alert-5"]
    assert live.records.written[1:] == [(f"alert-{number}", ("officer-1",)) for number in (2, 4, 5)]


async def test_a_connection_that_broke_before_its_first_event_misses_nothing(live):
    one = await live.connect()
    await eventually(lambda: one.text)
    await one.stop()
    await live.ring("alert-1")
    await eventually(lambda: live.hub._window.end == 1)
    again = await live.connect(one.last_id)
    await eventually(lambda: again.names == ["raised"])


async def test_nothing_is_sent_that_was_there_before_a_fresh_connection(live):
    await live.ring("alert-1")
    await eventually(lambda: live.hub._window.end == 1)
    one = await live.connect()
    await live.ring("alert-2")
    await eventually(lambda: one.events)
    assert "alert-2" in one.events[0].data


@pytest.mark.parametrize("last", ["0badf00d-0", "nonsense", "-", "٣-٣"])
async def test_an_unknown_position_is_answered_with_reset_and_goes_on(live, last):
    await live.ring("alert-1")
    await eventually(lambda: live.hub._window.end == 1)
    one = await live.connect(last)
    await live.ring("alert-2")
    await eventually(lambda: len(one.events) == 2)
    assert one.names == ["reset", "raised"]
    assert one.events[0].id == one.events[1].id[:-1] + "0"


async def test_a_position_older_than_what_is_kept_is_answered_with_reset(tmp_path):
    async with running(Live(tmp_path, window_events=2)) as live:
        one = await live.connect()
        await eventually(lambda: one.text)
        for number in range(4):
            await live.ring(f"alert-{number}")
        await eventually(lambda: len(one.events) == 4)
        epoch = one.events[0].id.split("-")[0]
        within, beyond = await live.connect(f"{epoch}-1"), await live.connect(f"{epoch}-0")
        await eventually(lambda: within.events and beyond.events)
        assert (within.names, beyond.names) == (["raised", "raised"], ["reset"])


async def test_a_copy_of_an_event_is_sent_once(live):
    one = await live.connect()
    first = await live.ring("alert-1")
    await live.publish(first, first)
    await live.ring("alert-2")
    await eventually(lambda: len(one.events) == 2)
    assert [event.id.split("-")[1] for event in one.events] == ["0", "3"]


async def test_a_replica_that_starts_knows_the_copies_of_what_it_has_read(live):
    first = await live.ring("alert-1")
    async with running(live, replica := live.new_hub()):
        one = await live.connect(hub=replica)
        await live.publish(first)
        await live.ring("alert-2")
        await eventually(lambda: one.events)
        assert "alert-2" in one.events[0].data


async def test_a_replica_that_is_behind_neither_resets_nor_repeats(live):
    one = await live.connect()
    for number in range(3):
        await live.ring(f"alert-{number}")
    await eventually(lambda: len(one.events) == 3)
    behind = live.new_hub()
    behind._window = await behind._begin()
    again = await live.connect(one.last_id, hub=behind)
    async with running(live, behind):
        await live.ring("alert-3")
        await eventually(lambda: again.events)
    assert again.names == ["raised"]
    assert "alert-3" in again.events[0].data


async def test_a_position_beyond_the_end_of_the_topic_is_answered_with_reset(live):
    one = await live.connect()
    await live.ring("alert-1")
    await eventually(lambda: one.events)
    epoch = one.last_id.split("-")[0]
    again = await live.connect(f"{epoch}-7")
    await live.ring("alert-2")
    await eventually(lambda: len(again.events) == 2)
    assert again.names == ["reset", "raised"]


async def test_when_the_topic_is_made_anew_everyone_starts_afresh(live, caplog):
    one = await live.connect()
    for number in range(3):
        await live.ring(f"alert-{number}")
    await eventually(lambda: len(one.events) == 3)
    live.broker.create(ALERTS.name)
    await live.ring("alert-3")
    live.broker.is_away = True
    await eventually(lambda: "a topic cannot be followed" in caplog.text)
    live.broker.is_away = False
    await live.tick(2)
    await eventually(lambda: one.is_over)
    assert one.listener.reason == "reset"
    await eventually(lambda: live.hub._window is not None and live.hub._window.end == 1)
    again = await live.connect(one.last_id)
    await live.ring("alert-4")
    await eventually(lambda: len(again.events) == 2)
    assert again.names == ["reset", "raised"]


async def test_while_the_audit_log_is_away_an_alert_is_held_and_then_sent(live):
    one = await live.connect()
    live.records.is_away = True
    await live.ring("alert-1")
    await live.ring("alert-2")
    await eventually(lambda: live.records.tried == 1)
    assert "live stream" in live.readiness.waiting
    assert live.gate.metrics.registry.get_sample_value("rasid_alerts_live_held") == 1
    two = await live.connect(subject="officer-2")
    await live.tick(2)
    assert one.events == two.events == []
    live.records.is_away = False
    await live.tick(2)
    await eventually(lambda: len(one.events) == len(two.events) == 2)
    assert live.records.written[0] == ("alert-1", ("officer-1", "officer-2"))
    assert live.readiness.waiting == {}
    assert live.gate.metrics.registry.get_sample_value("rasid_alerts_live_held") == 0


async def test_whoever_connects_while_a_record_is_written_is_named_in_one_more(live):
    one = await live.connect()
    joined: list[Connection] = []
    write = live.records.__call__

    async def slow(*arguments: Any, **options: Any) -> None:
        await write(*arguments, **options)
        if not joined:
            joined.append(await live.connect(subject="officer-2"))

    live.hub._audit._record = slow
    await live.ring("alert-1")
    await eventually(lambda: one.events and joined[0].events)
    assert live.records.written == [("alert-1", ("officer-1",)), ("alert-1", ("officer-2",))]


async def test_what_was_missed_waits_for_its_records(live):
    one = await live.connect()
    await eventually(lambda: one.text)
    await one.stop()
    await live.ring("alert-1")
    await eventually(lambda: live.hub._window.end == 1)
    live.records.is_away = True
    again = await live.connect(one.last_id)
    await eventually(lambda: live.records.tried)
    assert again.events == []
    live.records.is_away = False
    await live.tick(2)
    await eventually(lambda: again.names == ["raised"])


async def test_an_alert_is_not_shown_after_it_has_expired(live):
    one = await live.connect()
    await eventually(lambda: one.text)
    await one.stop()
    await live.ring("alert-1")
    await eventually(lambda: live.hub._window.end == 1)
    live.clock.shift(timedelta(days=22).total_seconds())
    again = await live.connect(one.last_id)
    await live.ring("alert-2", seen=timedelta(days=22).total_seconds())
    await eventually(lambda: again.events)
    assert "alert-2" in again.events[0].data


async def test_who_reads_too_slowly_is_cut_and_can_resume(tmp_path):
    async with running(Live(tmp_path, queue_events=3)) as live:
        slow = live.hub.join(live.use(), None)
        stream = live.hub.stream(slow)
        hello = await anext(stream)
        for number in range(5):
            await live.ring(f"alert-{number}")
        await eventually(lambda: slow.reason == "slow")
        assert [chunk async for chunk in stream] == []
        live.hub.leave(slow)
        assert live.gate.metrics.registry.get_sample_value("rasid_alerts_live_cut_total", {"reason": "slow"}) == 1
        last = hello.decode().split("id: ")[1].split("\n")[0]
        again = await live.connect(last)
        await eventually(lambda: len(again.events) == 5)


@pytest.mark.parametrize(
    "change",
    [{"state": "closed"}, {"assigned": ()}, {"closes_at": "2026-03-01T08:00:01.000Z"}],
)
async def test_the_stream_ends_when_the_case_does(live, change):
    one = await live.connect()
    await eventually(lambda: one.text)
    live.gate.put_case("case-1", **({"version": 3, "assigned": ("officer-1",)} | change))
    await live.tick(2)
    await eventually(lambda: one.is_over)
    assert one.listener.reason == "case"


async def test_nothing_is_sent_between_the_end_of_a_case_and_the_next_tick(live):
    one = await live.connect()
    await eventually(lambda: one.text)
    live.gate.put_case("case-1", version=3, state="closed")
    await live.ring("alert-1")
    await eventually(lambda: live.hub._window.end == 1)
    await eventually(lambda: one.is_over)
    assert one.events == []
    assert live.records.written == []


async def test_the_stream_ends_with_the_token(live):
    one = await live.connect(lifetime=60)
    await live.tick(60)
    assert not one.is_over, "a token is believed 30 s longer, for clocks that differ"
    await live.tick(31)
    await eventually(lambda: one.is_over)
    assert one.listener.reason == "token"


async def test_a_quiet_stream_shows_that_it_is_alive_and_moves_on(live):
    one = await live.connect()
    await live.ring("alert-1", agency="intelligence")
    await eventually(lambda: live.hub._window.end == 1)
    await live.tick(31)
    await eventually(lambda: one.text.count(b": ping\n") == 2)
    assert one.last_id.endswith("-0"), "what was for others need not be looked through again"


async def test_all_streams_end_when_the_process_stops(live):
    one = await live.connect()
    await eventually(lambda: one.text)
    live.hub.close()
    await eventually(lambda: one.is_over)
    assert live.gate.metrics.registry.get_sample_value("rasid_alerts_live_listeners") == 0
    with pytest.raises(TemporarilyUnavailable):
        live.hub.join(live.use(), None)
