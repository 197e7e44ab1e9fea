"""Countries by their ISO 3166-1 codes."""

import pytest

from rasid.plates.iso_codes import _TABLE, country_of_iso


@pytest.mark.parametrize(
    ("code", "country"),
    [
        ("ESP", "ES"),
        ("ES", "ES"),
        ("724", "ES"),
        ("IRQ", "IQ"),
        ("368", "IQ"),
        ("DZA", "DZ"),
        ("12", "DZ"),
        ("012", "DZ"),
        ("8", "AL"),
        (" deu ", "DE"),
        ("D", None),
        ("NON", None),
        ("999", None),
        ("0", None),
        ("", None),
        (None, None),
    ],
)
def test_a_code_names_its_country_or_none(code, country):
    assert country_of_iso(code) == country


def test_the_table_is_whole_and_names_nothing_twice():
    rows = _TABLE.split()
    assert len(rows) == 249
    for start, end in ((0, 2), (2, 5), (5, 8)):
        assert len({row[start:end] for row in rows}) == len(rows)
    assert all(row[:5].isalpha() and row[5:].isdecimal() and len(row) == 8 for row in rows)
