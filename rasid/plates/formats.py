"""What a plate says of itself in its country's format."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PlateFormat:
    """A plate taken apart. Every field is text: leading zeros count. `region` is a name, None where not known."""

    fields: dict[str, str] = field(default_factory=dict)
    region: str | None = None
