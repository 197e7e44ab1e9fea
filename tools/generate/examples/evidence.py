"""Examples of evidence: the clip of the story's alert, and one that could not be had."""

from typing import Any

from msgspec import Struct

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id, evidence_id
from rasid.contract.evidence import (
    ALERT_RAISED,
    EvidenceErasedV1,
    EvidenceFailedV1,
    EvidenceHeldV1,
    EvidenceReleasedV1,
    EvidenceRequestedV1,
    EvidenceStoredV1,
    Gap,
)
from rasid.contract.fields import utc_text
from tools.generate.examples.alerts import ALERT
from tools.generate.examples.story import AGENCY, CAMERA, CASE, OFFICER, after, picture_digest

SOURCE = "/archive"
CLIP = evidence_id(ALERT, CAMERA)
SHA256 = picture_digest("the clip of the bridge")
FROM_AT, TO_AT = utc_text(after(-10.0)), utc_text(after(20.0))
OTHER_WINDOW = (utc_text(after(-600.0)), utc_text(after(-540.0)))
OTHER_CLIP = evidence_id(ALERT, CAMERA, *OTHER_WINDOW)
SENIOR = "senior-officer-2"
DAY_SECONDS = 24 * 3600.0

_MOMENTS = {1: 95.0, 2: 3_600.0, 3: 40 * DAY_SECONDS, 4: 41 * DAY_SECONDS}


def _step(version: int, by: str | None = None, evidence: str = CLIP) -> dict[str, Any]:
    return {
        "evidence_id": evidence,
        "version": version,
        "alert_id": ALERT,
        "agency": AGENCY,
        "at": utc_text(after(_MOMENTS[version])),
        "by": by,
    }


def _event(data: Any) -> Event[Struct]:
    at = after(_MOMENTS[data.version])
    return new_event(caused_id(data.evidence_id, str(data.version)), SOURCE, at, data)


def _requested(evidence: str, seconds: float, **asked: Any) -> Event[Struct]:
    data = EvidenceRequestedV1(
        evidence_id=evidence, alert_id=ALERT, case_id=CASE, camera_id=CAMERA, agency=AGENCY, **asked
    )
    return new_event(caused_id(evidence, "requested"), "/alerts", after(seconds), data)


EXAMPLES: dict[str, Event[Struct]] = {
    "evidence.requested.v1": _requested(CLIP, 0.36, from_at=FROM_AT, to_at=TO_AT, reason=ALERT_RAISED),
    "evidence.requested.v1.person": _requested(
        OTHER_CLIP, 80.0, from_at=OTHER_WINDOW[0], to_at=OTHER_WINDOW[1], reason="who-was-with-it", by=OFFICER
    ),
    "evidence.stored.v1": _event(
        EvidenceStoredV1(
            **_step(1),
            case_id=CASE,
            camera_id=CAMERA,
            object=f"clips/{SHA256[:2]}/{SHA256}",
            version_id="3a1f6c52-6f0e-4a0c-9a5d-0f8f3b1c7d10",
            sha256=SHA256,
            size_bytes=4_718_592,
            media_type="video/mp4",
            from_at=FROM_AT,
            to_at=TO_AT,
            gaps=(Gap(from_at=utc_text(after(12.0)), to_at=utc_text(after(14.5))),),
        )
    ),
    "evidence.failed.v1": _event(
        EvidenceFailedV1(**_step(1, evidence=OTHER_CLIP), reason="no_recording", retriable=False)
    ),
    "evidence.held.v1": _event(EvidenceHeldV1(**_step(2, OFFICER), case_id=CASE, holds=(CASE,))),
    "evidence.released.v1": _event(EvidenceReleasedV1(**_step(3, OFFICER), case_id=CASE)),
    "evidence.erased.v1": _event(
        EvidenceErasedV1(**_step(4, SENIOR), certificate="eyJhbGciOiJFZDI1NTE5In0.eyJldmlkZW5jZV9pZCI6Ii4uLiJ9.AAAA")
    ),
}
