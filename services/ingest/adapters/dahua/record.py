"""One event of a Dahua device: its code, what it says, and what came with it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from rasid.contract.detections import Phase, VendorIds
from services.ingest.adapters.dahua.words import NOTHING
from services.ingest.payload.quantities import whole
from services.ingest.payload.reading import Part
from services.ingest.payload.tree import Node

Action = Literal["start", "stop", "pulse"]
_PHASES: dict[Action, Phase] = {"start": "new", "stop": "end", "pulse": "new"}


class Record(Struct, frozen=True):
    """One event: `code` as the device writes it, `data` what it says, `part` the bytes it came as."""

    code: str
    action: Action
    index: str | None
    data: Node
    part: bytes
    received_at: datetime
    attachments: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The code in lower case."""
        return self.code.lower()

    @property
    def phase(self) -> Phase:
        """Whether what the event is about begins or ends, as far as its action says."""
        return _PHASES[self.action]

    def identifier(self, name: str) -> str | None:
        """One of the device's numbers for things; zero and the words for nothing are none."""
        return meaningful(self.data.text(name))

    def key(self) -> str | None:
        """What the device's own numbers say belongs together: the shots of one vehicle, or one event's start and end.

        They are counters, so the day joins in; the channel does, as each counts for itself.
        """
        for kind in ("GroupID", "EventID"):
            number = self.identifier(kind)
            if number is not None:
                return f"{self.index or ''}/{kind}/{number}"
        return None

    def revision(self) -> int:
        """Which of the shots of a group this is; the first is 1, a lone one 0."""
        shot = self.data.text("IndexInGroup")
        return (whole(shot) or 0) if shot is not None and self.identifier("GroupID") else 0

    def vendor(self, track_id: str | None = None, serial: str | None = None) -> VendorIds:
        """The device's identifiers."""
        return VendorIds(
            event_id=self.identifier("EventID"),
            group_id=self.identifier("GroupID"),
            track_id=track_id,
            device_serial=serial,
            channel=self.index,
        )


def meaningful(text: str | None) -> str | None:
    """A word or number of the device, or None where it stands for nothing."""
    return None if text is None or text.lower() in NOTHING else text
