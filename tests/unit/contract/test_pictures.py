"""The keys of pictures say when they expire, and sort by it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rasid.contract.pictures import CLASSES, expiry_of, first_not_due, make_key, make_uri, place_of, prefix_of

AT = datetime(2026, 11, 28, 3, 10, 42, 900_000, tzinfo=UTC)
SHA256 = "ab" * 32


@pytest.mark.parametrize("kind", CLASSES)
def test_a_key_says_its_class_and_when_it_expires_at_the_latest(kind):
    key = make_key(kind, AT, SHA256)
    assert key == f"{kind}/2026-11-28/0310/42-{SHA256}"
    assert key.startswith(prefix_of(kind))
    assert expiry_of(key) == AT.replace(microsecond=0)
    assert key == make_key(kind, AT.astimezone(timezone(timedelta(hours=3))), SHA256), "in UTC, whatever the zone"


def test_a_picture_is_kept_until_the_second_that_its_key_says_and_no_longer():
    place = place_of(make_uri(make_key("face", AT, SHA256)))
    assert place is not None
    last = AT.replace(microsecond=0)
    assert place.is_kept(last - timedelta(microseconds=1))
    assert not place.is_kept(last)


def test_keys_sort_by_when_they_expire_and_what_is_due_comes_before_what_is_not():
    start = datetime(2026, 12, 31, 23, 59, 57, tzinfo=UTC)
    moments = [start + timedelta(seconds=n * 0.7) for n in range(9)]
    keys = [make_key("other", at, SHA256) for at in moments]
    assert keys == sorted(keys)
    for now in moments:
        due = [key for key in keys if key < first_not_due("other", now)]
        assert due == [key for key in keys if (at := expiry_of(key)) is not None and at <= now]


def test_a_part_of_an_object_is_where_and_how_long():
    key = make_key("face", AT, "8f14e45f-ceea-467f-ab2d-1c3b7c0f9d1a")
    place = place_of(make_uri(key, 61_440, 11_874))
    assert place is not None
    assert (place.key, place.start, place.size_bytes) == (key, 61_440, 11_874)
    assert place.expires_at == AT.replace(microsecond=0)


def test_a_picture_of_before_is_kept_as_long_as_its_passage():
    place = place_of(f"picture:{SHA256}")
    assert place is not None
    assert (place.key, place.expires_at) == (SHA256, None)
    assert place.is_kept(AT)


@pytest.mark.parametrize(
    "uri",
    [
        *(
            None,
            "",
            "picture:",
            "https://elsewhere/picture.jpg",
            "picture:../rasid-evidence/clip",
            "picture:eraser-proof/1",
        ),
        f"picture:face/2026-11-28/0310/42-{SHA256}/../other",
        f"picture:person/2026-11-28/0310/42-{SHA256}",
        f"picture:face/2026-13-40/2960/61-{SHA256}",
        f"picture:{SHA256}\n",
        *(f"picture:face/2026-11-28/0310/42-{SHA256}#{part}" for part in ("", "1", "1+", "+1", "-1+2", "1+2+3", "١+٢")),
        f"picture:{SHA256}#0+1",
    ],
)
def test_what_is_no_reference_of_ours_is_none(uri):
    assert place_of(uri) is None
