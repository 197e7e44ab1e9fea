"""Counts what of a notification is not kept: claims about persons, and fields nobody here has seen before."""

from dataclasses import dataclass, field

from services.ingest.adapters.hikvision.fields import KNOWN
from services.ingest.adapters.hikvision.words import NOTHING, OF_PERSONS
from services.ingest.reading import Dropped
from services.ingest.tree import Node

WARNINGS: dict[Dropped, str] = {
    "attribute": "attribute_dropped",
    "identification": "camera_identification_dropped",
}


@dataclass(slots=True)
class Survey:
    """What was counted, over the notifications of a payload."""

    dropped: dict[Dropped, int] = field(default_factory=dict)
    unknown_fields: int = 0

    def count(self, node: Node, *, is_known: bool = True) -> None:
        """Count one notification's fields. Below an unknown field only claims about persons are counted."""
        for name, values in node.items():
            kind = OF_PERSONS.get(name)
            if kind is not None:
                self.drop(kind, sum(isinstance(value, Node) or value.lower() not in NOTHING for value in values))
                continue
            known = name in KNOWN
            if is_known and not known:
                self.unknown_fields += len(values)
            for value in values:
                if isinstance(value, Node):
                    self.count(value, is_known=is_known and known)

    def drop(self, kind: Dropped, times: int = 1) -> None:
        """Count something that was dropped."""
        if times:
            self.dropped[kind] = self.dropped.get(kind, 0) + times

    def add(self, other: "Survey") -> None:
        """Add another notification's counts."""
        for kind, times in other.dropped.items():
            self.drop(kind, times)
        self.unknown_fields += other.unknown_fields

    def warnings(self) -> tuple[str, ...]:
        """The codes for what was dropped."""
        return tuple(WARNINGS[kind] for kind in self.dropped)
