"""One fact has one id, wherever and however often it is told. The ids below were given once and stay."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from rasid.contract.event_ids import (
    NAMESPACE,
    alert_id,
    caused_id,
    digest,
    event_id,
    evidence_id,
    sighting_id,
    weak_sighting_id,
)

EVENT: dict[str, Any] = {
    "camera_id": "bridge-in",
    "adapter": "hikvision",
    "type_name": "plate.read",
    "ordinal": 0,
    "sighting": "a6caaf69-61aa-5fad-bfa3-c2727bc553d1",
    "revision": 0,
    "part": b"<EventNotificationAlert/>",
}
NOON = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


def test_the_ids_are_those_that_were_given_before():
    assert event_id(**EVENT) == "70727844-d0c5-5abd-9510-232d22d604f9"
    assert sighting_id("bridge-in", "2026-03-01/4711") == "4e0c1f66-c6e2-5b4e-9627-7a428f088541"
    assert weak_sighting_id("bridge-in", b"part", None) == "1d7aeee0-e707-526b-8bda-07c678346e73"
    assert weak_sighting_id("bridge-in", b"part", NOON) == "d0b460df-3e4e-53ee-bcd3-22b05e316f4f"
    assert alert_id("stolen-0042", "a6caaf69-61aa-5fad-bfa3-c2727bc553d1") == "3fa52a15-4918-57ed-bb4e-56d5617bed32"
    assert caused_id("a6caaf69-61aa-5fad-bfa3-c2727bc553d1", "2") == "bf582ff5-1bdf-56cb-ab7e-44ad0e2db21b"


@pytest.mark.parametrize(
    "change",
    [
        {"camera_id": "bridge-out"},
        {"adapter": "dahua"},
        {"type_name": "vehicle.detected"},
        {"ordinal": 1},
        {"sighting": "another"},
        {"revision": 1},
        {"part": b"<EventNotificationAlert />"},
    ],
)
def test_whatever_differs_makes_another_event(change: dict[str, Any]):
    assert event_id(**EVENT) != event_id(**(EVENT | change))


def test_the_same_payload_is_the_same_event():
    assert event_id(**EVENT) == event_id(**dict(EVENT))


def test_parts_do_not_run_into_one_another():
    assert sighting_id("cam-1", "1") != sighting_id("cam-11", "")
    assert caused_id("ab", "c") != caused_id("a", "bc")


def test_ids_of_different_things_differ_even_when_made_of_the_same():
    made = {sighting_id("a", "b"), alert_id("a", "b"), caused_id("a", "b"), evidence_id("a", "b")}
    assert len(made) == 4


def test_an_alert_has_one_clip_of_a_camera_and_one_more_for_each_window_asked_for():
    assert evidence_id("alert-1", "cam-1") == evidence_id("alert-1", "cam-1")
    clips = {evidence_id("alert-1", "cam-1", *window) for window in ((), ("08:00", "08:01"), ("08:00", "08:02"))}
    assert len(clips) == 3


def test_a_sighting_without_id_and_time_is_told_apart_by_the_minute_it_came_in():
    later = NOON.replace(second=59)
    assert weak_sighting_id("cam-1", b"x", NOON) == weak_sighting_id("cam-1", b"x", later)
    assert weak_sighting_id("cam-1", b"x", NOON) != weak_sighting_id("cam-1", b"x", NOON.replace(minute=1))
    assert weak_sighting_id("cam-1", b"x", NOON) != weak_sighting_id("cam-1", b"x", None)


def test_a_digest_is_sha_256_in_small_hex():
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_an_id_is_the_uuid_that_everybody_makes():
    assert caused_id("a", "ب") == str(uuid.uuid5(NAMESPACE, "caused\x1fa\x1fب"))
