import csv
import io

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.errors import Unprocessable
from services.ingest.pull_address import why_not
from services.ingest.registry.entries import CAMERAS, SITES, CameraEdit, Entry, Known, LocationEdit, NameEdit, SiteEdit
from services.ingest.registry.features import read_features, write_features
from services.ingest.registry.importing import plan
from services.ingest.registry.sheet import PATHS, read_sheet, write_sheet

KEYS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
# What people write: any script, formulas, quotes and separators, but no control characters and no lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=30).map(str.strip).filter(bool)
FORMULAS = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "'", "''=", "'-"]), TEXTS)
WORDS = TEXTS | FORMULAS
LANES = WORDS.map(lambda text: text.replace("|", "/"))
NUMBERS = st.floats(0, 1e6, allow_nan=False, allow_infinity=False)
PLACES = st.none() | st.builds(LocationEdit, latitude=st.floats(-90, 90).filter(bool), longitude=st.floats(-180, 180))
NAMES = st.builds(NameEdit, ar=st.none() | WORDS, fr=st.none() | WORDS, en=st.none() | WORDS)
SITE_EDITS = st.builds(
    SiteEdit,
    name=NAMES,
    sector=st.none() | WORDS,
    kind=st.sampled_from(["main_street", "government", "other"]),
    phase=st.none() | WORDS,
    location=PLACES,
    power_sources=st.lists(st.sampled_from(["grid", "solar", "battery"]), max_size=3, unique=True).map(tuple),
    link=st.none() | st.sampled_from(["fibre", "radio"]),
    mqtt_topic=st.none() | st.just("sites/+/power"),
)


def is_to_be_asked(edit):
    return edit.address is not None and not edit.serial and why_not(edit.address, loopback=False) is None


CAMERA_EDITS = st.builds(
    CameraEdit,
    site_id=st.none() | KEYS,
    name=NAMES,
    kind=st.sampled_from(["fixed", "ptz"]),
    make=st.none() | WORDS,
    model=st.none() | WORDS,
    serial=st.none() | WORDS,
    address=st.none() | st.ip_addresses().map(str) | st.just("cam-1.example"),
    mqtt_topic=st.none() | st.just("site/+/events/#"),
    channel=st.none() | WORDS,
    pull_port=st.none() | st.integers(1, 65535),
    adapter=st.none() | st.just("hikvision"),
    time_zone=st.none() | st.sampled_from(["Asia/Baghdad", "Africa/Algiers", "UTC"]),
    location=PLACES,
    heading_degrees=st.none() | st.floats(0, 360),
    lanes=st.lists(LANES, max_size=4).map(tuple),
    pixel_density=st.none() | NUMBERS,
    speed_limit_mps=st.none() | NUMBERS,
    presets=st.lists(LANES, max_size=4).map(tuple),
    state=st.sampled_from(["planned", "active", "maintenance", "retired"]),
).map(lambda edit: edit.model_copy(update={"pull": "dahua"}) if is_to_be_asked(edit) else edit)


def entries(edits):
    rows = st.dictionaries(KEYS, edits, max_size=5)
    return rows.map(lambda found: [Entry(key=key, version=1, changed=1, edit=edit) for key, edit in found.items()])


def known_to(rows):
    sites = frozenset(row.edit.site_id for row in rows if isinstance(row.edit, CameraEdit) and row.edit.site_id)
    return Known(sites, frozenset({"hikvision"}))


def assert_round_trip(kind, rows, file):
    new = plan(kind, read_sheet(kind, file), {}, known=known_to(rows))
    assert new.problems == ()
    assert {change.key: change.edit for change in new.changes} == {row.key: row.edit for row in rows}
    again = plan(kind, read_sheet(kind, file), {row.key: row for row in rows}, known=known_to(rows))
    assert (again.changes, again.unchanged, again.problems) == ((), len(rows), ())


@given(entries(SITE_EDITS))
def test_exported_sites_are_imported_as_they_were(rows):
    assert_round_trip(SITES, rows, write_sheet(SITES, rows))


@given(entries(CAMERA_EDITS))
def test_exported_cameras_are_imported_as_they_were(rows):
    assert_round_trip(CAMERAS, rows, write_sheet(CAMERAS, rows))


@given(entries(CAMERA_EDITS), st.sampled_from(["utf-8", "utf-8-sig"]), st.sampled_from(["\r\n", "\n"]), st.booleans())
def test_what_a_spreadsheet_makes_of_an_export_is_imported_as_it_was(rows, encoding, line_end, with_hint):
    """A French or Arabic spreadsheet saves with `;` and decimal commas."""
    read = csv.DictReader(io.StringIO(write_sheet(CAMERAS, rows).decode("utf-8-sig"), newline=""))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, read.fieldnames, delimiter=";", lineterminator=line_end)
    writer.writeheader()
    numbers = ("latitude", "longitude", "heading_degrees", "pixel_density", "speed_limit_mps")
    for row in read:
        writer.writerow(row | {name: row[name].replace(".", ",") for name in numbers})
    text = ("sep=;\r\n" if with_hint else "") + out.getvalue()
    assert_round_trip(CAMERAS, rows, text.encode(encoding))


@given(entries(SITE_EDITS))
def test_no_cell_of_an_export_is_run_as_a_formula(rows):
    table = list(csv.DictReader(io.StringIO(write_sheet(SITES, rows).decode("utf-8-sig"), newline="")))
    for row in table:
        texts = {name: cell for name, cell in row.items() if name not in ("latitude", "longitude")}
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in texts.values())


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_table_or_are_refused_with_the_place(body):
    try:
        sheet = read_sheet(CAMERAS, body)
    except Unprocessable as refusal:
        problem = refusal.extra["problems"][0]
        assert problem["row"] >= 1
        assert problem["problem"]
    else:
        assert all(row.number > 1 for row in sheet.rows)


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    ["cam-1", "fixed", "ptz", "90", "-1", "nan", "inf", "1e999", "Asia/Baghdad", "planned", "1|2", "=1+1", "٣١", "0"],
)


@settings(max_examples=200)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=17), max_size=6), st.data())
def test_each_row_of_any_table_is_taken_wholly_or_listed_with_its_number(rows, data):
    columns = data.draw(st.permutations(list(PATHS["cameras"])))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["camera_id", *columns])
    writer.writerows(rows)
    sheet = read_sheet(CAMERAS, out.getvalue().encode())
    decided = plan(CAMERAS, sheet, {}, known=Known())
    taken = {change.row for change in decided.changes}
    listed = {problem.row for problem in decided.problems}
    assert not taken & listed
    assert taken | listed == {number for number, row in enumerate(rows, 2) if any(row)}
    assert decided.unchanged == 0


@given(entries(CAMERA_EDITS))
def test_exported_features_are_imported_as_they_were(rows):
    new = plan(CAMERAS, read_features(CAMERAS, write_features(CAMERAS, rows)), {}, known=known_to(rows))
    assert new.problems == ()
    assert {change.key: change.edit for change in new.changes} == {row.key: row.edit for row in rows}


@given(entries(SITE_EDITS), st.sampled_from(["utf-16", "utf-16-le", "utf-16-be"]))
def test_an_export_saved_in_wide_characters_is_imported_as_it_was(rows, encoding):
    text = write_sheet(SITES, rows).decode("utf-8-sig")
    assert_round_trip(SITES, rows, text.encode(encoding))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELLS, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.fixed_dictionaries({}, optional={"id": JSON, "geometry": JSON, "properties": JSON}), max_size=4))
def test_each_feature_of_any_collection_is_taken_wholly_or_listed(features):
    sheet = read_features(CAMERAS, msgspec.json.encode({"features": features}))
    decided = plan(CAMERAS, sheet, {}, known=Known())
    taken = {change.row for change in decided.changes}
    listed = {problem.row for problem in decided.problems}
    assert not taken & listed
    assert taken | listed == set(range(1, len(features) + 1))
