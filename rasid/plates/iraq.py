"""Iraqi plates.

National since 2022 in Kurdistan and 2024 elsewhere: `GG X NNNNN`, Latin only (Wikipedia, "Vehicle registration plates
of Iraq"; its text says four digits, published plates have five, so one to six are taken). The letter is never I, O or Q
on the plates seen. Before: Eastern Arabic digits with the governorate's name or a letter, or digits alone.
"""

import re

from rasid.plates.formats import PlateFormat
from rasid.plates.normalize import normalize

GOVERNORATES = {
    "11": "Baghdad",
    "12": "Nineveh",
    "13": "Maysan",
    "14": "Basra",
    "15": "Anbar",
    "16": "Qadisiyah",
    "17": "Muthanna",
    "18": "Babil",
    "19": "Karbala",
    "20": "Diyala",
    "21": "Sulaymaniyah",
    "22": "Erbil",
    "23": "Halabja",
    "24": "Duhok",
    "25": "Kirkuk",
    "26": "Saladin",
    "27": "Dhi Qar",
    "28": "Najaf",
    "29": "Wasit",
}
_ARABIC_NAMES = {
    "بغداد": "Baghdad",
    "نينوى": "Nineveh",
    "ميسان": "Maysan",
    "البصرة": "Basra",
    "الانبار": "Anbar",
    "القادسية": "Qadisiyah",
    "المثنى": "Muthanna",
    "بابل": "Babil",
    "كربلاء": "Karbala",
    "ديالى": "Diyala",
    "السليمانية": "Sulaymaniyah",
    "اربيل": "Erbil",
    "حلبجة": "Halabja",
    "دهوك": "Duhok",
    "كركوك": "Kirkuk",
    "التأميم": "Kirkuk",
    "صلاح الدين": "Saladin",
    "ذي قار": "Dhi Qar",
    "النجف": "Najaf",
    "واسط": "Wasit",
}
_BY_TEXT = {normalize(name) or "": governorate for name, governorate in _ARABIC_NAMES.items()}
_COUNTRY = normalize("العراق") or ""
_NATIONAL = re.compile(r"(1[1-9]|2[0-9])([A-HJ-NPR-Z])([0-9]{1,6})")
_OLDER = re.compile(r"([\u0621-\u064A]*)([0-9]{1,7})([\u0621-\u064A]*)")


def parse(text: str) -> PlateFormat | None:
    """Take a normalized Iraqi plate apart; None when it is not one."""
    return _national(text) or _older(text)


def _national(text: str) -> PlateFormat | None:
    match = _NATIONAL.fullmatch(text)
    if match is None:
        return None
    code, letter, serial = match.groups()
    return PlateFormat({"governorate": code, "letter": letter, "serial": serial}, GOVERNORATES[code])


def _older(text: str) -> PlateFormat | None:
    match = _OLDER.fullmatch(text)
    if match is None:
        return None
    words = f"{match[1]} {match[3]}".replace(_COUNTRY, " ").split()
    fields = {"serial": match[2]}
    region = next((_BY_TEXT[word] for word in words if word in _BY_TEXT), None)
    letters = [word for word in words if word not in _BY_TEXT]
    if letters:
        fields["letters"] = "".join(letters)
    return PlateFormat(fields, region)
