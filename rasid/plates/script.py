"""In which script a plate is written."""

import unicodedata
from functools import lru_cache
from typing import Literal

Script = Literal["latin", "arabic", "mixed", "other"]

# Plates are many, the characters on them few.
CHARACTERS = 4096
_ARABIC = ("ARABIC", "EXTENDED ARABIC")


def script_of(raw: str, text: str) -> Script:
    """The script of a plate: of the letters of its normalized `text`, and of the digits as they stand in `raw`.

    Western digits belong to every script; Arabic-Indic ones make a plate without letters an Arabic one.
    """
    scripts = {_script(character) for character in text if character.isalpha()}
    if any(character.isdigit() and _script(character) == "arabic" for character in raw):
        scripts.add("arabic")
    if len(scripts) > 1:
        return "mixed"
    return scripts.pop() if scripts else "latin"


@lru_cache(CHARACTERS)
def _script(character: str) -> Script:
    name = unicodedata.name(character, "")
    if name.startswith("LATIN"):
        return "latin"
    return "arabic" if name.startswith(_ARABIC) else "other"
