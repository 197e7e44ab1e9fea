"""A read and the entry it matched: as the hit that is settled, and as the alert it may open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rasid.contract.alerts import Match, PlatePair
from rasid.contract.detections import PlateReadV1
from rasid.contract.envelope import Event
from rasid.contract.fields import parse_utc
from services.alerts.alert import Alert
from services.alerts.entry import Entry
from services.alerts.evidence import Around, Evidence, asked_by_the_platform, evidence_id
from services.alerts.rules import Timing, explain, to_milliseconds
from services.alerts.settling import Hit


@dataclass(frozen=True, slots=True)
class Matched:
    """A read, an entry of its plate, how old the read was, and how old the list was that it was compared with."""

    event: Event[PlateReadV1]
    entry: Entry
    timing: Timing
    matched_at: datetime
    list_age_seconds: float

    def hit(self) -> Hit:
        """What settling needs to know."""
        read = self.event.data
        return Hit(
            entry_id=self.entry.entry_id,
            plate=read.plate.text,
            detection_id=self.event.id,
            sighting_id=read.sighting_id,
            camera_id=read.camera_id,
            captured_at=parse_utc(read.captured_at),
            seen_at=self.timing.seen_at,
            received_at=self.timing.received_at,
            is_historic=self.timing.is_historic,
        )

    def alert(self, alert_id: str, retention_seconds: float, around: Around | None = None) -> Alert:
        """The alert that this read opens; with `around` and live, the clip of its camera is asked for with it."""
        read, entry = self.event.data, self.entry
        captured_at = parse_utc(read.captured_at)
        return Alert(
            alert_id=alert_id,
            entry_id=entry.entry_id,
            list_id=entry.list_id,
            agency=entry.agency,
            case_id=entry.case_id,
            priority=entry.terms.priority,
            is_historic=self.timing.is_historic,
            clock_suspicious=self.timing.clock_suspicious,
            detection_id=self.event.id,
            sighting_id=read.sighting_id,
            camera_id=read.camera_id,
            site_id=read.site_id,
            captured_at=captured_at,
            received_at=self.timing.received_at,
            matched_at=to_milliseconds(self.matched_at),
            match=Match(mode="exact", score=1.0, explanation=explain(entry, read)),
            plate=PlatePair(read=read.plate.raw, entry=entry.terms.plate_raw),
            plate_normalized=entry.terms.plate,
            images=read.images,
            is_covert=entry.covert is not None,
            list_age_seconds=round(max(0.0, self.list_age_seconds), 3),
            last_detection_id=self.event.id,
            last_camera_id=read.camera_id,
            last_captured_at=captured_at,
            evidence_by_id=self._evidence(alert_id, around),
            expires_at=self.timing.received_at + timedelta(seconds=retention_seconds),
        )

    def _evidence(self, alert_id: str, around: Around | None) -> dict[str, Evidence]:
        if around is None or self.timing.is_historic or self.entry.covert is not None:
            return {}  # a clip of a covert alert would show in the archive to the whole agency
        camera_id, at = self.event.data.camera_id, to_milliseconds(self.matched_at)
        asked = asked_by_the_platform(camera_id, self.timing.seen_at, around, at)
        return {evidence_id(alert_id, asked): Evidence(asked=asked)}
