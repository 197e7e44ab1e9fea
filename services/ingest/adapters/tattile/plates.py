"""The plate of a message.

`OCRSCORE` is read as a percentage. An integrator's table states "0-999", and both of its examples ("093", "92.5") and
its conversion from a field of 0-100 show what that is: a percentage written with three digits. So a value above 100
is no confidence; the raw one is kept (docs/decisions/0018).
"""

import re

from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.tattile.words import NOT_READ
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import PlateSeen
from services.ingest.payload.tree import Node

SCORE = 100.0


def plate_of(fields: Node) -> PlateSeen:
    """The plate as the message gives it; nothing legible when it says that none was read."""
    raw = fields.text("PLATE_STRING", "PLATE") or ""
    text, code = (raw, None) if "PLATE_STRING" in fields else _without_country(raw)
    is_read = fields.flag("PLATE_NOT_READ") is not True and raw.lower() not in NOT_READ
    return PlateSeen(
        raw=raw,
        reading=text if is_read else "",
        country=country_of_iso(
            _letters(fields.text("PLATE_COUNTRY_CODE")) or _letters(fields.text("PLATE_COUNTRY")) or code
        ),
        country_raw=fields.text("PLATE_COUNTRY_CODE", "PLATE_COUNTRY") or code,
        confidence=ratio(fields.text("OCRSCORE"), SCORE) or None,
        character_confidences=_character_confidences(fields.text("OCRSCORE_CHAR")),
        color=(fields.text("PLATE_COLOR_STRING") or "").lower() or None,
    )


def _without_country(plate: str) -> tuple[str, str | None]:
    """`PLATE` is the plate with its country behind it (`46HVR9-NLD`), unlike `PLATE_STRING`."""
    text, dash, code = plate.rpartition("-")
    is_country = bool(dash) and code.isalpha() and country_of_iso(code) is not None
    return (text, code) if is_country else (plate, None)


def _letters(code: str | None) -> str | None:
    """The code where it is one in letters: Tattile's numbers of countries are its own."""
    return code if code is not None and code.isalpha() else None


def _character_confidences(text: str | None) -> tuple[float, ...]:
    """One percentage for each character, parted by blanks, commas or semicolons; nothing when one is none."""
    words = re.split(r"[\s,;]+", (text or "").strip(" ,;"))
    values = [ratio(word, SCORE) for word in words]
    given = tuple(value for value in values if value is not None)
    return given if len(given) == len(values) and any(given) else ()
