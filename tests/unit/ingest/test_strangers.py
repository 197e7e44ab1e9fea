"""Who was refused lately."""

from datetime import UTC, datetime, timedelta

from services.ingest.strangers import MOST, Strangers

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_a_sender_is_one_row_however_often_it_comes_and_the_latest_is_first():
    strangers = Strangers("ingest-1:8801", NOW)
    for seconds, claimed in enumerate(["a", "b", "a"]):
        strangers.note(claimed, "192.0.2.1", "unknown_camera", NOW + timedelta(seconds=seconds))
    first, second = strangers.latest()
    assert (first.claimed, first.count, first.first_at, first.last_at) == ("a", 2, NOW, NOW + timedelta(seconds=2))
    assert (second.claimed, second.count) == ("b", 1)


def test_what_is_no_identifier_is_not_repeated():
    strangers = Strangers("ingest-1:8801", NOW)
    strangers.note("<script>", None, "unknown_camera", NOW)
    assert strangers.latest()[0].claimed is None


def test_only_so_many_are_kept():
    strangers = Strangers("ingest-1:8801", NOW)
    for number in range(MOST + 5):
        strangers.note(f"cam-{number}", None, "unknown_camera", NOW)
    kept = strangers.latest()
    assert (len(kept), kept[0].claimed, kept[-1].claimed) == (MOST, f"cam-{MOST + 4}", "cam-5")
