"""Events that the archive hears."""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from rasid.contract.envelope import Event, new_event
from rasid.contract.evidence import EvidenceRequestedV1
from rasid.contract.fields import utc_text
from rasid.stream.received import Received
from rasid.testing.clock import START
from tests.unit.archive.service import CAMERA
from tools.generate.examples.alerts import EXAMPLES


def received(event: Event[Any]) -> Received:
    return Received(event=event, topic=event.topic, partition=0, offset=0, appended_at=START)


def requested(evidence_id: str, alert_id: str | None, *, agency: str = "police", **changes: Any) -> Received:
    """A request of the alerts service."""
    fields = {
        "evidence_id": evidence_id,
        "alert_id": alert_id,
        "case_id": "case-1",
        "camera_id": CAMERA,
        "from_at": utc_text(START - timedelta(seconds=30)),
        "to_at": utc_text(START),
        "reason": "alert_raised",
        "agency": agency,
    }
    data = EvidenceRequestedV1(**(fields | changes))
    return received(new_event(f"request-{evidence_id}", "/alerts", START, data))


def alert_raised(alert_id: str, received_at: datetime) -> Received:
    """An alert whose first read came then."""

    example: Any = EXAMPLES["alert.raised.v1"]
    data = replace(example.data, alert_id=alert_id, received_at=utc_text(received_at))
    return received(new_event(f"raised-{alert_id}", "/alerts", received_at, data))
