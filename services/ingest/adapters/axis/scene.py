"""Scene metadata: frames with what was seen in them, whole tracks, and snapshots.

Boxes are parts of the picture, origin top left; times are UTC. The first form (beta) counts its tracks and starts
again, the later ones name them by UUID. Arrays are absent when there is nothing to tell.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from rasid.contract.detections import Phase, VendorIds
from rasid.contract.devices import Health
from services.ingest.adapters.axis.things import Thing, fact_of, pictures_of, raw_of, see, vehicle_of
from services.ingest.adapters.axis.words import VOCABULARY, meaningful
from services.ingest.payload.documents import Document
from services.ingest.payload.quantities import location_of
from services.ingest.payload.reading import Draft, VendorTime
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAY_MILLISECONDS = 86_400_000


class Moment(Struct, frozen=True):
    """One object at one moment, as all forms of scene metadata say it."""

    thing: Thing
    time: str
    track: str | None
    is_counter: bool
    phase: Phase = "new"
    channel: str | None = None
    part: bytes = b""
    notes: dict[str, object] = {}
    warnings: tuple[str, ...] = ()


def frame_drafts(document: Document, survey: Survey) -> Iterator[Draft]:
    """The events of a frame: one for each object in it; an empty one says that the camera is alive."""
    fields = document.fields
    frame = fields.node("data").node("frame") or fields.node("frame") or fields
    ended, notes = _tracks(frame)
    survey.count(frame.without("observations", "detections"))
    is_empty = True
    for number, node in enumerate((*frame.nodes("observations"), *frame.nodes("detections"))):
        is_empty = False
        track = meaningful(node.text("track_id", "object_track_id"))
        yield draft_of(
            Moment(
                thing=see(node),
                time=node.text("timestamp") or frame.text("timestamp") or "",
                track=track,
                is_counter="track_id" in node,
                phase="end" if track in ended else "new",
                channel=frame.text("channel_id"),
                part=b"%d:" % number + document.part,
                notes=notes.get(track or "", {}),
                warnings=_noticed(node, survey),
            ),
        )
    if is_empty:
        yield _alive(frame, document.part)


def track_draft(document: Document, survey: Survey) -> Draft:
    """A whole track, told when it has ended: dated with its end, where its path ends."""
    fields = document.fields
    steps = (*fields.nodes("path"), *fields.nodes("observations"))
    last = steps[-1] if steps else Node()
    return draft_of(
        Moment(
            thing=see(fields, box=last.node("bounding_box") or fields.node("bounding_box")),
            time=fields.text("end_time") or last.text("timestamp") or fields.text("start_time") or "",
            track=meaningful(fields.text("id", "object_track_id")),
            is_counter=False,
            phase="end",
            channel=fields.text("channel_id"),
            part=document.part,
            notes=_said(fields, "start_time", "duration"),
            warnings=_noticed(fields, survey),
        ),
    )


def snapshot_draft(document: Document, survey: Survey) -> Draft:
    """A picture of an object while it is tracked."""
    fields = document.fields
    return draft_of(
        Moment(
            thing=see(fields),
            time=fields.text("timestamp") or fields.node("image").text("timestamp") or "",
            track=meaningful(fields.text("object_track_id", "track_id", "id")),
            is_counter="track_id" in fields,
            phase="update",
            channel=fields.text("channel_id"),
            part=document.part,
            warnings=_noticed(fields, survey),
        ),
    )


def draft_of(moment: Moment) -> Draft:
    """The event of one object at one moment."""
    thing = moment.thing
    time = VendorTime(moment.time, parse_time(moment.time))
    position = thing.node.node("geoposition")
    return Draft(
        part=moment.part,
        time=time,
        fact=fact_of(thing),
        vendor_key=moment.track,
        vendor_key_is_counter=moment.is_counter,
        revision=0 if moment.track is None else _revision(time.moment, is_counter=moment.is_counter),
        phase="new" if moment.track is None else moment.phase,
        vendor=VendorIds(track_id=moment.track, channel=moment.channel),
        vehicle=vehicle_of(thing),
        objects=(thing.detected(moment.track),),
        pictures=pictures_of(thing),
        location=location_of(position.number("latitude", "lat"), position.number("longitude", "lon")),
        raw=raw_of(thing) | moment.notes,
        warnings=moment.warnings,
    )


def _revision(moment: datetime | None, *, is_counter: bool) -> int:
    """Milliseconds: of the day where the sighting is of a day, else since 1970."""
    if moment is None:
        return 0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    milliseconds = (aware - _EPOCH) // _MILLISECOND
    return milliseconds % _DAY_MILLISECONDS if is_counter else max(0, milliseconds)


def _tracks(frame: Node) -> tuple[set[str], dict[str, dict[str, object]]]:
    """Which tracks ended with this frame, and which go on under another name."""
    ended: set[str] = set()
    notes: dict[str, dict[str, object]] = {}
    for event in (*frame.nodes("operations"), *frame.nodes("track_events")):
        kind = (event.text("type") or "").lower()
        if kind in {"deleteoperation", "trackended"}:
            ended.update(event.texts("id"), event.texts("object_track_id"))
        for word, names in _KINDS.items():
            if word in kind:
                for name in (*event.texts("to_id"), *event.texts("to"), *event.texts("to_ids")):
                    notes[name] = {names: [*event.texts("from_id"), *event.texts("from"), *event.texts("from_ids")]}
    return ended, notes


_KINDS: dict[str, Literal["renamed_from", "split_from", "merged_from"]] = {
    "rename": "renamed_from",
    "split": "split_from",
    "merge": "merged_from",
}


def _noticed(node: Node, total: Survey) -> tuple[str, ...]:
    survey = Survey(VOCABULARY)
    survey.count(node)
    total.add(survey)
    return survey.warnings()


def _said(fields: Node, *names: str) -> dict[str, object]:
    return {name: text for name in names if (text := fields.text(name)) is not None}


def _alive(frame: Node, part: bytes) -> Draft:
    text = frame.text("timestamp") or ""
    return Draft(
        part=part,
        time=VendorTime(text, parse_time(text)),
        fact=Health(component="heartbeat", state="ok", code="empty_frame"),
    )
