"""What holds of every plate."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.plates import countries
from rasid.plates.characters import ARABIC_VARIANTS, CYRILLIC, GREEK
from rasid.plates.normalize import MAX_CHARACTERS, normalize, read_plate

# A busy machine may take its time.
patient = settings(deadline=None)

ARABIC_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآىةکی"
DIGIT_SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९"]
SEPARATORS = " -._/·\t\u00a0\u200e\u200f\u202a\u202c\u2066\u2069\u200c\u0640"

plates = st.text(string.ascii_letters + string.digits + ARABIC_LETTERS + DIGIT_SCRIPTS[1], min_size=1, max_size=12)
anything = st.text(max_size=MAX_CHARACTERS)


@patient
@given(anything)
def test_normalizing_twice_changes_nothing(raw):
    once = normalize(raw)
    assert once is None or len(once) > MAX_CHARACTERS or normalize(once) == once


@patient
@given(anything)
def test_what_is_left_is_letters_and_digits_in_upper_case(raw):
    text = normalize(raw)
    assert text is None or (text.isalnum() and text == text.upper())


@patient
@given(anything)
def test_both_ways_of_asking_agree(raw):
    plate = read_plate(raw)
    assert (None if plate is None else plate.text) == normalize(raw)


@patient
@given(plates, st.data())
def test_separators_do_not_matter(plate, data):
    places = data.draw(st.lists(st.tuples(st.integers(0, len(plate)), st.sampled_from(SEPARATORS)), max_size=6))
    written = plate
    for place, separator in sorted(places, reverse=True):
        written = written[:place] + separator + written[place:]
    assert normalize(written) == normalize(plate)


@patient
@given(plates, st.sampled_from(DIGIT_SCRIPTS))
def test_the_script_of_the_digits_does_not_matter(plate, digits):
    western = plate.translate(str.maketrans(DIGIT_SCRIPTS[1], DIGIT_SCRIPTS[0]))
    assert normalize(western.translate(str.maketrans(DIGIT_SCRIPTS[0], digits))) == normalize(western)


@patient
@given(st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=12), st.booleans())
def test_look_alikes_of_other_alphabets_do_not_matter(plate, is_greek):
    table = GREEK if is_greek else CYRILLIC
    foreign = str.maketrans({latin: letter for letter, latin in table.items()})
    assert normalize(plate.translate(foreign)) == normalize(plate) == plate


@patient
@given(st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=12))
def test_case_does_not_matter_and_a_latin_plate_stays_as_it_is(plate):
    assert normalize(plate.lower()) == plate


@patient
@given(plates)
def test_variants_of_arabic_letters_do_not_matter(plate):
    assert normalize(plate.translate(ARABIC_VARIANTS)) == normalize(plate)


@patient
@given(anything, st.sampled_from(["IQ", "DZ", "FR"]))
def test_taking_a_plate_apart_loses_no_digit(raw, country):
    text = normalize(raw)
    parsed = None if text is None else countries.parse(text, country)
    if parsed is not None:
        digits = [character for character in text if character in string.digits]
        assert [digit for field in parsed.fields.values() for digit in field if digit in string.digits] == (
            digits if "wilaya" not in parsed.fields or "year" in parsed.fields else digits[:6] + digits[8:]
        )
