"""What a plate in a query means: one plate, a beginning, or a pattern. No IO.

In a pattern `*` stands for any characters, also none, and `?` for one.

Both are compared in the normalized form, so a query may be in any spelling: digits of any script, separators,
look-alikes. A query of which nothing is left is an error, never everything.
"""

import re
from dataclasses import dataclass
from typing import Literal

from rasid.plates.characters import LATIN_COUNTERPARTS
from rasid.plates.normalize import normalize

Match = Literal["exact", "prefix", "wildcard"]

ANY, ONE = "*", "?"
# As keyboards of the region type them.
_WILDCARDS = str.maketrans({"＊": ANY, "٭": ANY, "؟": ONE, "？": ONE})
_PARTS = re.compile(r"([*?])")
# Characters of a pattern that mean only themselves.
_PLAIN = re.compile(f"[^*?{''.join(LATIN_COUNTERPARTS)}]+")
LEAST_CHARACTERS = 2
MOST_ANY = 4


class PlateRefused(ValueError):
    """A plate that cannot be looked for; the message says why, and nothing of the plate."""


@dataclass(frozen=True, slots=True)
class PlateQuery:
    """Either one normalized plate, or a pattern over normalized plates (`written`: in one spelling).

    `literal` stands in every plate that the pattern matches; it may be empty.
    """

    written: str
    pattern: re.Pattern[str] | None = None
    literal: str = ""


def read_plate_query(text: str, match: Match | None) -> PlateQuery:
    """What is looked for; `match` None means a pattern where there is a wildcard. Raises PlateRefused."""
    given = text.translate(_WILDCARDS)
    has_wildcard = ANY in given or ONE in given
    if match in {"exact", "prefix"} and has_wildcard:
        raise PlateRefused(f"has wildcards, and match is {match}: leave them out, or say match wildcard")
    if match == "wildcard" and not has_wildcard:
        raise PlateRefused("has no wildcard: put * for any characters or ? for one, or say match exact or prefix")
    if match == "prefix":
        return _pattern([*_literal(given), ANY])
    if has_wildcard:
        return _pattern([token for part in _PARTS.split(given) for token in _literal(part)])
    plate = normalize(given)
    if plate is None:
        raise PlateRefused("has no letter or digit of a plate")
    return PlateQuery(plate)


def _literal(part: str) -> list[str]:
    return [part] if part in {ANY, ONE} else list(normalize(part) or "")


def _pattern(tokens: list[str]) -> PlateQuery:
    if sum(token not in {ANY, ONE} for token in tokens) < LEAST_CHARACTERS:
        raise PlateRefused(f"needs at least {LEAST_CHARACTERS} letters or digits beside its wildcards")
    written = re.sub(r"\*+", ANY, "".join(tokens))
    literal = max(_PLAIN.findall(written), key=len, default="")
    first, *others = written.split(ANY)
    if len(others) > MOST_ANY:
        raise PlateRefused(f"has more than {MOST_ANY} times *")
    if not others:
        return PlateQuery(written, re.compile(_segment(first)), literal)
    # The leftmost place will do for what stands between two stars, so nothing is tried twice.
    between = "".join(f"(?>.*?{_segment(segment)})" for segment in others[:-1])
    return PlateQuery(written, re.compile(f"{_segment(first)}{between}.*{_segment(others[-1])}"), literal)


def _segment(text: str) -> str:
    return "".join("." if character == ONE else _spellings(character) for character in text)


def _spellings(character: str) -> str:
    """A letter of a part alone does not tell whether its plate is one whose Arabic letters are stored in Latin."""
    latin = LATIN_COUNTERPARTS.get(character)
    return re.escape(character) if latin is None else f"[{character}{latin}]"
