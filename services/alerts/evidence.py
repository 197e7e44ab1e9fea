"""The clips of an alert: what was asked for, what the archive said of each since, and what that amounts to.

What the archive says is kept under its version, so that it may come in any order and more than once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from msgspec import Struct, field
from msgspec.structs import replace

from rasid.contract import event_ids
from rasid.contract.envelope import Event, new_event
from rasid.contract.evidence import ALERT_RAISED, EvidenceRequestedV1, EvidenceStep, Gap
from rasid.contract.fields import parse_utc, utc_text
from services.alerts.rules import to_milliseconds

SOURCE = "/alerts"

Fact = Literal["stored", "failed", "held", "released", "erased"]
State = Literal["requested", "stored", "failed", "erased"]

TYPE_PREFIX = "evidence."
# The types of what the archive says.
FACTS = frozenset(f"{TYPE_PREFIX}{fact}" for fact in get_args(Fact))


@dataclass(frozen=True, slots=True)
class Around:
    """How much before and after the moment a vehicle passed its clip shows."""

    before_seconds: float
    after_seconds: float


class Asked(Struct, frozen=True, kw_only=True):
    """What was asked for: by whom (None: by the platform, when the alert was raised), and when."""

    camera_id: str
    from_at: datetime
    to_at: datetime
    reason: str
    by: str | None
    at: datetime


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing the archive said of a clip. What a fact has no word for is left out."""

    fact: Fact
    at: datetime
    camera_id: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    gaps: tuple[Gap, ...] = ()
    reason: str | None = None
    retriable: bool | None = None
    holds: tuple[str, ...] = ()


class Evidence(Struct, frozen=True, kw_only=True):
    """A clip as stored with its alert. `asked` is None when somebody put it into the archive without being asked."""

    asked: Asked | None = None
    said: dict[str, Said] = field(default_factory=dict)


class Clip(Struct, frozen=True, kw_only=True):
    """What a clip is now. `version` is that of the last thing the archive said, 0 while it has said nothing."""

    evidence_id: str
    version: int = 0
    state: State = "requested"
    is_held: bool = False
    camera_id: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    reason: str | None = None
    requested_by: str | None = None
    requested_at: datetime | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    gaps: tuple[Gap, ...] = ()
    stored_at: datetime | None = None
    failure: str | None = None
    is_retriable: bool | None = None
    erased_at: datetime | None = None


def asked_by_the_platform(camera_id: str, seen_at: datetime, around: Around, at: datetime) -> Asked:
    """What is asked for by itself when a vehicle that passed a camera at `seen_at` has raised an alert."""
    return Asked(
        camera_id=camera_id,
        from_at=to_milliseconds(seen_at - timedelta(seconds=around.before_seconds)),
        to_at=to_milliseconds(seen_at + timedelta(seconds=around.after_seconds)),
        reason=ALERT_RAISED,
        by=None,
        at=at,
    )


def evidence_id(alert_id: str, asked: Asked) -> str:
    """The id of the clip: what the platform asks for by itself is one for each camera, else one for each window."""
    window = () if asked.by is None else (utc_text(asked.from_at), utc_text(asked.to_at))
    return event_ids.evidence_id(alert_id, asked.camera_id, *window)


def requested_event(asked: Asked, *, alert_id: str, case_id: str, agency: str) -> Event[EvidenceRequestedV1]:
    """The event that it was asked for; made again it is the same."""
    data = EvidenceRequestedV1(
        evidence_id=evidence_id(alert_id, asked),
        alert_id=alert_id,
        case_id=case_id,
        camera_id=asked.camera_id,
        from_at=utc_text(asked.from_at),
        to_at=utc_text(asked.to_at),
        reason=asked.reason,
        agency=agency,
        by=asked.by,
    )
    return new_event(event_ids.caused_id(data.evidence_id, "requested"), SOURCE, asked.at, data)


def said(event: Event[EvidenceStep]) -> Said:
    """What an event of the archive says, as it is kept."""
    data = event.data
    told = {name: getattr(data, name) for name in Said.__struct_fields__ if hasattr(data, name)}
    told |= {name: parse_utc(told[name]) for name in ("at", "from_at", "to_at") if name in told}
    fact = event.type.removeprefix(TYPE_PREFIX)
    return Said(fact=fact, **told)  # type: ignore[arg-type] # FACTS are the only types the consumer takes


def clips(kept: Mapping[str, Evidence]) -> tuple[Clip, ...]:
    """What the clips of an alert are now, in the order of their windows."""
    found = [_clip(evidence_id, evidence) for evidence_id, evidence in kept.items()]
    return tuple(sorted(found, key=lambda clip: (str(clip.from_at), clip.evidence_id)))


def _clip(evidence_id: str, evidence: Evidence) -> Clip:
    clip = Clip(evidence_id=evidence_id)
    if evidence.asked is not None:
        asked = evidence.asked
        clip = replace(
            clip,
            camera_id=asked.camera_id,
            from_at=asked.from_at,
            to_at=asked.to_at,
            reason=asked.reason,
            requested_by=asked.by,
            requested_at=asked.at,
        )
    for version in sorted(evidence.said, key=int):
        clip = _after(replace(clip, version=int(version)), evidence.said[version])
    return clip


def _after(clip: Clip, said: Said) -> Clip:
    match said.fact:
        case "stored":
            return replace(
                clip,
                state="stored",
                stored_at=said.at,
                failure=None,
                is_retriable=None,
                **{name: getattr(said, name) for name in _OF_THE_BYTES},
            )
        case "failed":
            state = "failed" if clip.state == "requested" else clip.state
            return replace(clip, state=state, failure=said.reason, is_retriable=said.retriable)
        case "held" | "released":
            return replace(clip, is_held=bool(said.holds))
        case "erased":
            return replace(clip, state="erased", erased_at=said.at, is_held=False)


_OF_THE_BYTES = ("camera_id", "from_at", "to_at", "sha256", "size_bytes", "media_type", "gaps")
