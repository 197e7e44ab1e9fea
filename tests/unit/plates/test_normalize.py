"""One normalized form per plate."""

import unicodedata

import pytest

from rasid.plates.normalize import MAX_CHARACTERS, normalize, read_plate

NATIONAL = [
    "13A12345",
    "13 A 12345",
    "13-A-12345",
    "13.a.12345",
    " 13\u00a0A\t12345 ",
    "\u202a13\u200eA\u200f12345\u202c",
    "\u206613A12345\u2069",
    "１３Ａ１２３４５",
    "١٣ A ١٢٣٤٥",
    "۱۳ A ۱۲۳۴۵",
    "13 А 12345",  # Cyrillic
    "13 Α 12345",  # Greek
]


@pytest.mark.parametrize("raw", NATIONAL)
def test_a_plate_is_one_text_whoever_wrote_it(raw):
    assert normalize(raw) == "13A12345"


@pytest.mark.parametrize(
    "raw",
    ["٤٥٢٧١ب", "٤٥٢٧١ ب", "۴۵۲۷۱ب", "45271ب", "٤٥٢٧١ـبـ", "٤٥٢٧١ﺏ", "٤٥٢٧١\u200cب", "٤٥٢٧١بَ"],
)
def test_an_older_arabic_plate_is_one_text_in_all_its_digits_and_forms(raw):
    assert normalize(raw) == "45271ب"


@pytest.mark.parametrize(
    ("variants", "letter"),
    [("أإآٱا", "ا"), ("يیى", "ي"), ("كک", "ك"), ("هھةە", "ه")],
)
def test_one_arabic_letter_under_several_code_points_is_one_letter(variants, letter):
    assert {normalize(f"45271{variant}") for variant in variants} == {f"45271{letter}"}


def test_arabic_letters_that_readers_confuse_stay_different():
    assert len({normalize(f"45271{letter}") for letter in "بتثنيجحخدذرزسشصضطظعغفقلمهو"}) == 26


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [("١٣ أ ١٢٣٤٥", "13A12345"), ("٢٩ ب ١", "29B1"), ("١١ د ٩٩٩", "11D999"), ("٢١ ه ١١١١١", "21H11111")],
)
def test_in_the_place_of_a_national_plates_letter_a_certain_arabic_letter_is_its_latin_twin(arabic, latin):
    assert normalize(arabic) == latin
    assert read_plate(arabic).script == "arabic"
    assert "latin_twin" in read_plate(arabic).folded


@pytest.mark.parametrize("arabic", ["١٣ م ١٢٣٤٥", "١٣ ج ١٢٣٤٥", "١٣ ح ١٢٣٤٥", "١٠ أ ١٢٣", "٣٠ أ ١٢٣", "١٣ أ ب ١٢٣"])
def test_where_the_latin_counterpart_is_in_doubt_the_letter_stays_arabic(arabic):
    assert not normalize(arabic).isascii()


@pytest.mark.parametrize(
    ("raw", "latin"),
    [("А123ВС", "A123BC"), ("ΙΧΥ 1234", "IXY1234"), ("ЕКМНОРСТУХ", "EKMHOPCTYX"), ("ІЈЅ1", "IJS1"), ("Α7X", "A7X")],
)
def test_look_alikes_of_other_alphabets_are_latin_and_it_is_said(raw, latin):
    plate = read_plate(raw)
    assert (plate.text, plate.script) == (latin, "latin")
    assert "homoglyphs" in plate.folded


@pytest.mark.parametrize("raw", ["13A12345", "ab 12", "٤٥٢٧١", "WÖ 12", "皖A7XG66"])
def test_nothing_is_called_a_look_alike_that_is_none(raw):
    assert "homoglyphs" not in read_plate(raw).folded


@pytest.mark.parametrize(
    "raw", ["", " ", "-", "--", "...", "\u200e\u200f", "ـــ", "\u064b", "()/\\", "*", "?", "\n", "\x00", "🚗"]
)
def test_what_normalizes_to_nothing_is_none_and_never_an_empty_text(raw):
    assert normalize(raw) is None
    assert read_plate(raw) is None


def test_a_text_too_long_for_a_plate_is_none():
    assert normalize("1" * MAX_CHARACTERS) == "1" * MAX_CHARACTERS
    assert normalize("1" * (MAX_CHARACTERS + 1)) is None
    assert normalize("١" * (MAX_CHARACTERS + 1)) is None


@pytest.mark.parametrize(
    ("raw", "script"),
    [
        ("13A12345", "latin"),
        ("1234567", "latin"),
        ("WÖ 12", "latin"),
        ("٤٥٢٧١", "arabic"),
        ("۴۵۲۷۱", "arabic"),
        ("45271ب", "arabic"),
        ("٤٥٢٧١ب", "arabic"),
        ("١٣ A ١٢٣٤٥", "mixed"),
        ("皖A7XG66", "mixed"),
        ("8กผ444", "other"),
        ("Ж123", "other"),
        ("１３", "latin"),
    ],
)
def test_the_script_is_the_one_it_was_written_in(raw, script):
    assert read_plate(raw).script == script


def test_leading_zeros_belong_to_a_plate():
    assert normalize("00174 101 27") == "0017410127"


def test_umlauts_and_province_characters_are_kept():
    assert normalize("wö-ab 12") == "WÖAB12"
    assert normalize("皖·A7XG66") == "皖A7XG66"


@pytest.mark.parametrize("zero", ["0", "٠", "۰", "०", "๐", "０"])
def test_digits_of_every_script_are_the_same_digits(zero):
    digits = "".join(chr(ord(zero) + value) for value in range(10))
    assert [unicodedata.digit(digit) for digit in digits] == list(range(10))
    assert normalize(digits) == "0123456789"
