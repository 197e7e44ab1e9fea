from rasid.contract.codec import Message, encode
from rasid.errors import InvalidEvent
from rasid.stream.dead_letters import dead_letter, letter
from rasid.stream.hold import resume_message, resumes
from rasid.testing.broker import MemoryRecord
from rasid.testing.builders import plate_read


def record(message, offset=7):
    return MemoryRecord(3, offset, 0, message.key, message.value, message.headers)


def test_a_dead_letter_says_what_it_is_about_without_its_payload_or_key():
    original = record(encode(plate_read("13A12345", camera_id="cam-1")))
    message = dead_letter(
        original, "rasid.x.v1", "alerts", InvalidEvent("nonsense", "no camera"), "2026-01-01T00:00:00Z"
    )
    about = letter(record(message))
    assert (about.group, about.reason, about.detail) == ("alerts", "nonsense", "no camera")
    assert (about.source, about.at) == ("rasid.x.v1 3:7", "2026-01-01T00:00:00Z")
    assert "13A12345" not in str(about)
    assert (message.topic, message.value) == ("rasid.x.v1.dlq", original.value)


def test_a_record_without_a_key_or_with_an_empty_header_becomes_a_dead_letter_too():
    original = MemoryRecord(0, 0, 0, None, b"x", (("odd", None),))
    message = dead_letter(original, "t", "g", InvalidEvent("nonsense", ""), "now")
    assert (message.key, message.headers[0]) == (b"", ("odd", b""))


def test_what_ingest_buries_can_be_listed_as_well():
    message = Message("rasid.ingest.dlq.v1", b"cam-1", b"<x/>", (("rasid_reason", b"no_adapter"), ("rasid_at", b"now")))
    about = letter(record(message))
    assert (about.reason, about.source, about.group) == ("no_adapter", "", "")


def test_a_resume_is_for_one_group_and_is_no_dead_letter():
    resumed = record(resume_message("rasid.x.v1", "alerts"))
    assert resumes(resumed, "alerts")
    assert not resumes(resumed, "search")
    assert letter(resumed) is None
    assert not resumes(record(encode(plate_read())), "alerts")
