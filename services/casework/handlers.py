"""What casework hears on the bus: alerts that rang for a case, and clips that came for it. They link themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from rasid.contract.fields import parse_utc
from rasid.errors import InvalidEvent
from rasid.stream.received import Received
from services.casework.case import Actor
from services.casework.file import TargetKind
from services.casework.file_desk import FileDesk

ALERT_RAISED = "alert.raised"
EVIDENCE_STORED = "evidence.stored"
TARGETS: dict[str, tuple[TargetKind, Callable[[Any], str]]] = {
    ALERT_RAISED: ("alert", lambda data: str(data.alert_id)),
    EVIDENCE_STORED: ("evidence", lambda data: str(data.evidence_id)),
}


class SelfLinks:
    """Handles what names a case. The line's id is made of both, so that hearing it again changes nothing."""

    def __init__(self, files: FileDesk) -> None:
        self._files = files

    async def __call__(self, batch: Sequence[Received]) -> None:
        """Return when all are linked. Raises InvalidEvent or Unavailable."""
        for received in batch:
            event = received.event
            case_id = event.data.case_id
            if case_id is None:
                continue
            kind, target_of = TARGETS[event.type]
            try:
                actor = Actor(parse_utc(event.time))
            except ValueError as error:
                raise InvalidEvent("time_unreadable", str(error)) from None
            await self._files.link_by_itself(case_id, kind, target_of(event.data), actor)
