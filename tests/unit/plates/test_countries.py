"""What plates say in their country's format."""

import pytest

from rasid.plates import algeria, countries, iraq
from rasid.plates.normalize import normalize


def parsed(raw, country):
    found = countries.parse(normalize(raw), country)
    return None if found is None else (found.region, found.fields)


@pytest.mark.parametrize(
    ("raw", "region", "fields"),
    [
        ("13 A 12345", "Maysan", {"governorate": "13", "letter": "A", "serial": "12345"}),
        ("21 H 11111", "Sulaymaniyah", {"governorate": "21", "letter": "H", "serial": "11111"}),
        ("١١ K ١", "Baghdad", {"governorate": "11", "letter": "K", "serial": "1"}),
        ("29J000044", "Wasit", {"governorate": "29", "letter": "J", "serial": "000044"}),
        ("١٣ أ ١٢٣٤٥", "Maysan", {"governorate": "13", "letter": "A", "serial": "12345"}),
        ("٤٥٢٧١ب", None, {"serial": "45271", "letters": "ب"}),
        ("104415", None, {"serial": "104415"}),
        ("بغداد ١٢٣٤٥", "Baghdad", {"serial": "12345"}),
        ("١٢٣٤٥ ميسان العراق", "Maysan", {"serial": "12345"}),
        ("العراق ١٢٣٤٥ النجف", "Najaf", {"serial": "12345"}),
        ("صلاح الدين ٧٧", "Saladin", {"serial": "77"}),
    ],
)
def test_an_iraqi_plate_is_taken_apart(raw, region, fields):
    assert parsed(raw, "IQ") == (region, fields)


@pytest.mark.parametrize(
    "raw", ["10A12345", "30A123", "13I123", "13O123", "13Q123", "13A1234567", "13AB123", "A12345", "12345678"]
)
def test_what_is_not_in_iraqs_format_is_not_one_of_its_plates(raw):
    assert parsed(raw, "IQ") is None


@pytest.mark.parametrize(
    ("raw", "region", "fields"),
    [
        ("00174 101 27", "Mostaganem", {"serial": "00174", "class": "1", "year": "01", "wilaya": "27"}),
        ("0017410127", "Mostaganem", {"serial": "00174", "class": "1", "year": "01", "wilaya": "27"}),
        ("909-163-09", "Blida", {"serial": "909", "class": "1", "year": "63", "wilaya": "09"}),
        ("123456 119 16", "Alger", {"serial": "123456", "class": "1", "year": "19", "wilaya": "16"}),
        ("1 133 30", "Ouargla", {"serial": "1", "class": "1", "year": "33", "wilaya": "30"}),
        ("00001 325 69", None, {"serial": "00001", "class": "3", "year": "25", "wilaya": "69"}),
        ("123450 00 16", "Alger", {"serial": "123450", "wilaya": "16"}),
    ],
)
def test_an_algerian_plate_is_read_from_the_right_and_keeps_its_zeros(raw, region, fields):
    assert parsed(raw, "DZ") == (region, fields)


@pytest.mark.parametrize("raw", ["12345", "00174A10127", "001740 001 00", "12345678901234", "00174 001 27"])
def test_what_is_not_in_algerias_format_is_not_one_of_its_plates(raw):
    assert parsed(raw, "DZ") is None


def test_the_numbers_of_governorates_and_wilayas_are_complete():
    assert list(iraq.GOVERNORATES) == [str(number) for number in range(11, 30)]
    assert list(algeria.WILAYAS) == [f"{number:02d}" for number in range(1, 59)]
    assert algeria.WILAYAS["16"] == "Alger"
    assert algeria.WILAYAS["58"] == "El Meniaa"


@pytest.mark.parametrize(
    ("code", "country"), [("IQ", "IQ"), ("irq", "IQ"), ("DZ", "DZ"), ("DZA", "DZ"), (" IRQ ", "IQ")]
)
def test_letters_that_mean_one_country_are_taken(code, country):
    assert countries.country_of(code) == country


@pytest.mark.parametrize("code", [None, "", "59", "3", "NON", "IR", "Iraq", "TR", "unknown"])
def test_other_codes_leave_the_country_open(code):
    assert countries.country_of(code) is None


def test_a_country_without_a_grammar_makes_no_claim():
    assert not countries.has_grammar("FR")
    assert not countries.has_grammar(None)
    assert countries.parse("AB123CD", "FR") is None
