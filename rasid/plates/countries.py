"""Countries whose plates are understood, and which codes of a country leave no doubt.

A country is never concluded from the plate's text: `٤٥٢٧١` may be from anywhere. It comes from whoever read the plate.
"""

from collections.abc import Callable

from rasid.plates import algeria, iraq
from rasid.plates.formats import PlateFormat

_GRAMMARS: dict[str, Callable[[str], PlateFormat | None]] = {"IQ": iraq.parse, "DZ": algeria.parse}

# ISO 3166-1 alpha-2 and alpha-3. Vehicle and sports codes never mean another country by these letters.
_CODES = {"IQ": "IQ", "IRQ": "IQ", "DZ": "DZ", "DZA": "DZ"}


def country_of(code: str | None) -> str | None:
    """The country (ISO 3166-1 alpha-2) that a device's letters mean beyond doubt, else None. Numbers never do."""
    return None if code is None else _CODES.get(code.strip().upper())


def has_grammar(country: str | None) -> bool:
    """Whether the plates of this country are understood."""
    return country in _GRAMMARS


def parse(text: str, country: str) -> PlateFormat | None:
    """Take the normalized plate `text` of `country` apart; None when it is not in that country's format."""
    grammar = _GRAMMARS.get(country)
    return None if grammar is None else grammar(text)
