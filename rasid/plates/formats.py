"""What a plate says of itself in its country's format."""

from msgspec import Struct


class PlateFormat(Struct, frozen=True):
    """A plate taken apart. Every field is text: leading zeros count. `region` is a name, None where not known."""

    fields: dict[str, str] = {}
    region: str | None = None
