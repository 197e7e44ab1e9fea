"""Messages that are a single word or number: only their MQTT topic says what they are about.

`<prefix>/available` · `<prefix>/<camera>/status/<role>` · `<prefix>/<camera>/motion` · `.../audio/<kind>` ·
`.../detect/state` and its like · `<prefix>/<camera or zone>/<label>`, how many of them there are now.
"""

import re

from rasid.contract.detections import Count, Rule, VendorIds
from rasid.contract.devices import Component, Health, HealthState
from rasid.errors import InvalidEvent
from services.ingest.adapters.frigate.words import LABELS
from services.ingest.payload.charset import BLANK
from services.ingest.payload.reading import Connection, Counted, Draft, Fact, VendorTime

# `stopped` is an orderly end.
_AVAILABLE = {"online": True, "offline": False, "stopped": False}
_STATUS: dict[str, HealthState] = {"online": "ok", "offline": "failed", "disabled": "degraded"}
_SWITCHES = {"ON": True, "OFF": False}
# What somebody may have switched off, so that the camera sees or keeps nothing more.
_SWITCHED = frozenset({"enabled", "detect", "recordings"})
_AFTER_CAMERA = frozenset({"status", "motion", "audio", *_SWITCHED})
_LEVELS = frozenset({"state", "set", "dBFS", "rms", "transcription", "all"})
_WORD = re.compile(rb"[A-Za-z]{1,16}|\d{1,6}")
ALL_CAMERAS = "*"
# Topics on which Frigate speaks of itself, and of all its cameras in turn.
_OF_ALL = frozenset({"available", "stats"})
_SHARED = frozenset({"events", "reviews", "tracked_object_update"})
_NAMED = re.compile(rb'"camera"\s*:\s*"([^"\\]{1,128})"')
_ROLES: dict[str, Component] = {"record": "recorder"}


def camera_of(topic: str, body: bytes) -> str | None:
    """Frigate's name of the camera that a message is about, `ALL_CAMERAS`, or None when only the topic can say it."""
    if topic.rpartition("/")[2] in _OF_ALL:
        return ALL_CAMERAS
    named = _NAMED.search(body) if topic.rpartition("/")[2] in _SHARED else None
    return None if named is None else named[1].decode("utf-8", "replace")


def is_word(body: bytes) -> bool:
    """Whether a message is a single word or number."""
    return _WORD.fullmatch(body.strip(BLANK)) is not None


def is_availability(body: bytes) -> bool:
    """Whether a message says that Frigate comes or goes."""
    return body.strip(BLANK).decode("latin-1") in _AVAILABLE


def read_word(topic: str, body: bytes) -> Draft:
    """What a word says on its topic. Raises InvalidEvent when nobody knows."""
    word = body.strip(BLANK).decode("latin-1")
    levels = topic.split("/")
    fact = _fact(levels, word)
    if fact is None:
        raise InvalidEvent(
            "topic_unknown",
            "a message that is a single word says something only on a topic that is known (.../available, "
            ".../status/..., .../motion, .../audio/..., .../detect/state, counts of objects): subscribe to those alone",
        )
    channel = levels[-2] if isinstance(fact, Counted) else _camera(levels)
    # No message has a time: what has no id either is told apart by the minute it came in.
    return Draft(
        part=f"{topic} {word}".encode(),
        time=VendorTime("", None),
        fact=fact,
        vendor=VendorIds(channel=channel, topic=topic or None),
        raw={"value": word},
    )


def _camera(levels: list[str]) -> str | None:
    """The camera's name in `<prefix>/<camera>/...`; a prefix may have several levels."""
    return next((levels[at - 1] for at in range(2, len(levels)) if levels[at] in _AFTER_CAMERA), None)


def _fact(levels: list[str], word: str) -> Fact | None:
    last = levels[-1]
    if last in {"", "available"} and word in _AVAILABLE:
        return Connection(is_connected=_AVAILABLE[word], code=word)
    if levels[-2:-1] == ["status"] and word in _STATUS:
        component = _ROLES.get(last, "link")
        return Health(component=component, state=_STATUS[word], code=f"{last} {word}")
    if word in _SWITCHES:
        return _switched(levels, is_on=_SWITCHES[word])
    if word.isdigit() and len(levels) >= 3 and (last in LABELS or last == "all"):  # noqa: PLR2004 - prefix, camera, label
        return Counted(counts={last: Count(total=int(word))})
    return None


def _switched(levels: list[str], *, is_on: bool) -> Fact | None:
    """What goes on or off: motion, a sound, or what the camera was told to do."""
    before, last = levels[-2:] if len(levels) > 1 else ("", levels[-1])
    if last == "motion":
        return Rule(kind="motion", name="motion", state="start" if is_on else "stop")
    if before == "audio" and last not in _LEVELS:
        return Rule(kind="audio", name=last, state="start" if is_on else "stop")
    if last == "state" and before in _SWITCHED:
        return Health(
            component="recorder", state="ok" if is_on else "degraded", code=f"{before} {'ON' if is_on else 'OFF'}"
        )
    return None
