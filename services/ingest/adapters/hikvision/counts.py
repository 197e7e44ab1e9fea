"""Notifications of people counting: how many went in and out, now or over a time."""

from rasid.contract.detections import Count
from rasid.errors import InvalidEvent
from services.ingest.adapters.hikvision.notification import Notification
from services.ingest.payload.quantities import whole
from services.ingest.payload.reading import Counted, Draft
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node


def read_count(notification: Notification) -> Draft:
    """What a PeopleCounting notification says; numbers that it does not give stay open."""
    block = notification.fields.node("peopleCounting")
    entered, left = whole(block.text("enter")), whole(block.text("exit"))
    if entered is None and left is None:
        raise InvalidEvent(
            "count_missing", "the notification is of type PeopleCounting and holds no numbers of who entered or left"
        )
    return Draft(
        part=notification.part,
        time=notification.time(),
        fact=Counted(counts={"person": Count(in_=entered, out=left)}, interval_seconds=_seconds(block)),
        vendor_key=notification.uuid(),
        is_replay=notification.is_replay,
        vendor=notification.vendor(),
        warnings=notification.warnings,
    )


def _seconds(block: Node) -> float | None:
    span = block.node("TimeRange")
    start, end = parse_time(span.text("startTime") or ""), parse_time(span.text("endTime") or "")
    if start is None or end is None or (start.tzinfo is None) != (end.tzinfo is None):
        return None
    seconds = (end - start).total_seconds()
    return seconds if seconds > 0 else None
