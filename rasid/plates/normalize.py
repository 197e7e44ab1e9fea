"""One normalized form per plate, so that the same plate is one text whoever wrote it down.

In order: Unicode compatibility forms (NFKC: presentation forms, full-width letters), upper case, digits of every
script to 0-9, Arabic letter variants to one, Greek and Cyrillic look-alikes to Latin; everything that is not a letter
or digit goes (separators, bidi controls, tatweel, diacritics). The raw text is kept by the caller.

An Arabic text and its Latin twin are one plate where that is certain: digits always; a letter only in the place where
Iraq's national plates (`GG X NNNNN`, Latin only) have theirs, and only if its counterpart is not in doubt. Letters of
older Arabic plates stay Arabic: no table says what their Latin twin would be.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from rasid.plates.characters import ARABIC_VARIANTS, HOMOGLYPHS, LATIN_COUNTERPARTS
from rasid.plates.script import Script, script_of

Fold = Literal["digits", "homoglyphs", "letter_variants", "latin_twin"]

# A text longer than this is no plate; also what keeps the cost of hostile input down.
MAX_CHARACTERS = 64
_ROUNDS = 8
# Plates are many, the characters on them few.
CHARACTERS = 4096
_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
_ASCII_SEPARATORS = str.maketrans("", "", "".join(c for c in map(chr, range(128)) if not c.isalnum()))
_IRAQI_PLACE = re.compile(f"(1[1-9]|2[0-9])([{''.join(LATIN_COUNTERPARTS)}])([0-9]{{1,6}})")


class PlateText(Struct, frozen=True):
    """A normalized plate: its `text` (never empty), the script it was written in, and what had to be folded."""

    text: str
    script: Script
    folded: frozenset[Fold] = frozenset()


def normalize(raw: str) -> str | None:
    """The normalized form of a plate, or None when nothing is left: never something that matches everything."""
    if len(raw) > MAX_CHARACTERS:
        return None
    if raw.isascii():
        return (raw.upper() if raw.isalnum() else raw.upper().translate(_ASCII_SEPARATORS)) or None
    return _latin_twin(_settled(raw)) or None


def read_plate(raw: str) -> PlateText | None:
    """`normalize`, with the script and with what was folded; None when nothing is left."""
    if raw.isascii() or len(raw) > MAX_CHARACTERS:
        text = normalize(raw)
        return None if text is None else PlateText(text, "latin")
    settled = _settled(raw)
    if not settled:
        return None
    text, folded = _latin_twin(settled), _folded(raw)
    return PlateText(text, script_of(raw, settled), folded if settled == text else folded | {"latin_twin"})


def _settled(raw: str) -> str:
    """Fold until nothing changes: dropping a separator can bring two characters together that compose into one."""
    text = raw
    for _ in range(_ROUNDS):
        folded = _fold(text)
        if folded == text or folded.isascii():  # upper case letters and digits: nothing is left to fold
            return folded
        text = folded
    return text


def _fold(raw: str) -> str:
    return "".join(map(_kept, _upper(raw).translate(ARABIC_VARIANTS).translate(HOMOGLYPHS)))


def _upper(raw: str) -> str:
    return unicodedata.normalize("NFKC", raw).upper()


@lru_cache(CHARACTERS)
def _kept(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return character if unicodedata.category(character) in _LETTERS else ""


def _latin_twin(text: str) -> str:
    place = _IRAQI_PLACE.fullmatch(text)
    return f"{place[1]}{LATIN_COUNTERPARTS[place[2]]}{place[3]}" if place else text


def _folded(raw: str) -> frozenset[Fold]:
    upper = _upper(raw)
    found: set[Fold] = set()
    if any(character.isdigit() and not character.isascii() for character in upper):
        found.add("digits")
    if upper.translate(ARABIC_VARIANTS) != upper:
        found.add("letter_variants")
    if upper.translate(HOMOGLYPHS) != upper:
        found.add("homoglyphs")
    return frozenset(found)
