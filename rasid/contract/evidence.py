"""Clips and other evidence from the asking to the erasing: the events of `rasid.evidence.v1`."""

from typing import Annotated

from msgspec import Meta, Struct

from rasid.contract.fields import Identifier, Sha256, UtcTime, Version

# Why a clip is asked for, where the platform asks by itself.
ALERT_RAISED = "alert_raised"


class Gap(Struct, frozen=True):
    """A part of the window that a clip does not show.

    Attributes:
        from_at: Its beginning
        to_at: Its end
    """

    from_at: UtcTime
    to_at: UtcTime


class EvidenceRequestedV1(Struct, frozen=True, kw_only=True):
    """Somebody or something needs what a camera saw in a window. Asking again changes nothing: the id is the same.

    Attributes:
        evidence_id: The evidence: made of the alert, the camera and the window
        alert_id: The alert it belongs to; null when it is of a case alone
        case_id: The case it belongs to: an alert's is that of its list entry
        camera_id: Which camera's pictures
        from_at: Beginning of the window
        to_at: End of the window
        reason: Short code of why: `alert_raised`, or what the person who asked chose
        agency: Whose evidence it will be: the policy asks for it
        by: Subject of the token of who asked; null: the platform did by itself
    """

    evidence_id: str
    alert_id: str | None = None
    case_id: Identifier | None = None
    camera_id: Identifier
    from_at: UtcTime
    to_at: UtcTime
    reason: str
    agency: Identifier
    by: str | None = None


class EvidenceStep(Struct, frozen=True, kw_only=True):
    """What everything that happens to evidence carries. Of two events the higher version is the later one.

    Attributes:
        evidence_id: The evidence
        version: Of the evidence; only grows
        alert_id: The alert it belongs to; null when it is of a case alone
        agency: Whose evidence it is
        at: When it happened
        by: Subject of the token of who did it; null: the platform did by itself
    """

    evidence_id: str
    version: Version
    alert_id: str | None = None
    agency: Identifier
    at: UtcTime
    by: str | None = None


class EvidenceStoredV1(EvidenceStep, frozen=True, kw_only=True):
    """The original bytes are in the evidence store, locked against change and deletion.

    Attributes:
        case_id: The case it belongs to; null when it is of an alert without one
        camera_id: Which camera's pictures
        object: Key of the object in the store
        version_id: Which version of that object
        sha256: Digest of the bytes as they came
        size_bytes: How many bytes
        media_type: As told from the bytes
        from_at: Beginning of what it shows
        to_at: End of what it shows
        gaps: The parts of the window that it does not show
    """

    case_id: Identifier | None = None
    camera_id: Identifier
    object: str
    version_id: str
    sha256: Sha256
    size_bytes: Annotated[int, Meta(ge=1)]
    media_type: str
    from_at: UtcTime
    to_at: UtcTime
    gaps: tuple[Gap, ...] = ()


class EvidenceFailedV1(EvidenceStep, frozen=True, kw_only=True):
    """It could not be had.

    Attributes:
        reason: Short code of why not, such as `no_recording`
        retriable: Whether it may still come
    """

    reason: str
    retriable: bool


class EvidenceHeldV1(EvidenceStep, frozen=True, kw_only=True):
    """A case holds it: it stays, however old it gets.

    Attributes:
        case_id: The case that holds it from now on
        holds: Every case that holds it now
    """

    case_id: Identifier
    holds: tuple[Identifier, ...]


class EvidenceReleasedV1(EvidenceStep, frozen=True, kw_only=True):
    """A case holds it no longer.

    Attributes:
        case_id: The case that let it go
        holds: Every case that still holds it
    """

    case_id: Identifier
    holds: tuple[Identifier, ...] = ()


class EvidenceErasedV1(EvidenceStep, frozen=True, kw_only=True):
    """The bytes are gone for good.

    Attributes:
        certificate: The signed certificate of the erasure
    """

    certificate: str
