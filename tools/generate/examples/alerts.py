"""Examples of what rang, and what people did about it."""

from typing import Any

from msgspec import Struct

from rasid.contract.alerts import (
    AlertAcknowledgedV1,
    AlertConfirmedV1,
    AlertDispatchedV1,
    AlertEscalatedV1,
    AlertRaisedV1,
    AlertRejectedV1,
    AlertResolvedV1,
    AlertUpdatedV1,
    Match,
    PlatePair,
)
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import alert_id, caused_id, digest, sighting_id
from rasid.contract.fields import utc_text
from tools.generate.examples import detections
from tools.generate.examples.story import (
    AGENCY,
    CAMERA,
    CASE,
    ENTRY,
    LIST,
    OFFICER,
    PLATE_RAW,
    RECEIVED_AT,
    SEEN_AT,
    SITE,
    after,
)

SOURCE = "/alerts"
ALERT = alert_id(ENTRY, detections.SIGHTING)
MATCHED_SECONDS = 0.36
AGAIN_SECONDS = 21.0

RAISED = new_event(
    caused_id(detections.PLATE_READ.id, ENTRY),
    SOURCE,
    after(MATCHED_SECONDS),
    AlertRaisedV1(
        alert_id=ALERT,
        entry_id=ENTRY,
        list_id=LIST,
        kind="plate",
        priority="high",
        is_historic=False,
        clock_suspicious=False,
        detection_id=detections.PLATE_READ.id,
        sighting_id=detections.SIGHTING,
        camera_id=CAMERA,
        site_id=SITE,
        captured_at=utc_text(SEEN_AT),
        received_at=utc_text(RECEIVED_AT),
        matched_at=utc_text(after(MATCHED_SECONDS)),
        match=Match(mode="exact", score=1.0),
        plate=PlatePair(read=PLATE_RAW, entry=PLATE_RAW),
        images=detections.IMAGES,
        case_id=CASE,
        list_age_seconds=0.4,
    ),
)
UPDATED = new_event(
    caused_id(ALERT, "2"),
    SOURCE,
    after(AGAIN_SECONDS),
    AlertUpdatedV1(
        alert_id=ALERT,
        version=2,
        count=2,
        last_detection_id=caused_id("example", "second read"),
        last_camera_id="bridge-lane2",
        last_captured_at=utc_text(after(AGAIN_SECONDS - 0.4)),
        at=utc_text(after(AGAIN_SECONDS)),
    ),
)


def _step(version: int, seconds: float, alert: str = ALERT, comment: str | None = None) -> dict[str, Any]:
    return {
        "alert_id": alert,
        "version": version,
        "at": utc_text(after(seconds)),
        "by": OFFICER,
        "agency": AGENCY,
        "comment_sha256": None if comment is None else digest(comment.encode()),
    }


def _event(data: Any) -> Event[Struct]:
    at = after(_MOMENTS[data.version])
    return new_event(caused_id(data.alert_id, str(data.version)), SOURCE, at, data)


_MOMENTS = {3: 34.0, 4: 58.0, 5: 75.0, 6: 1_920.0}
_MISREAD = alert_id(ENTRY, sighting_id(CAMERA, "2026-11-24/50110"))

EXAMPLES: dict[str, Event[Struct]] = {
    "alert.raised.v1": RAISED,
    "alert.updated.v1": UPDATED,
    "alert.acknowledged.v1": _event(AlertAcknowledgedV1(**_step(3, _MOMENTS[3], comment="Je m'en occupe"))),
    "alert.confirmed.v1": _event(AlertConfirmedV1(**_step(4, _MOMENTS[4]))),
    "alert.rejected.v1": _event(AlertRejectedV1(**_step(4, _MOMENTS[4], _MISREAD), reason="misread")),
    "alert.dispatched.v1": _event(AlertDispatchedV1(**_step(5, _MOMENTS[5], comment="دورية 4"))),
    "alert.resolved.v1": _event(AlertResolvedV1(**_step(6, _MOMENTS[6]), disposition="vehicle_recovered")),
    "alert.escalated.v1": _event(AlertEscalatedV1(**_step(3, _MOMENTS[3], _MISREAD))),
}
