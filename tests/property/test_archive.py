"""The archive's decisions for whatever comes: ranges, first bytes, gaps, and the life of a clip."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rasid.contract.codec import decode, encode
from rasid.errors import Conflict, NotFound, Problem, RangeNotSatisfiable
from rasid.testing.clock import START
from services.archive import lifecycle
from services.archive.digests import declared_sha256, digest_field
from services.archive.erasing import approve_erasure, ask_erasure, refuse_erasure
from services.archive.evidence import Clip, Evidence, Span, gaps
from services.archive.lifecycle import Actor, Step
from services.archive.ranges import read_range
from services.archive.sniffing import clip_kind

T = TypeVar("T")
SIZES = st.integers(1, 2**50)
NUMBERS = st.integers(0, 2**70)
KEPT_SECONDS = 1000.0
PEOPLE = ("amal", "basim", "chief")
CASES = ("case-1", "case-2", "case-3")


def outcome(call: Callable[[], T]) -> T | Problem:
    """What a call returns, or the problem it raises."""
    try:
        return call()
    except Problem as refusal:
        return refusal


@given(SIZES, NUMBERS, st.none() | NUMBERS)
def test_a_range_is_within_the_clip_and_just_what_was_asked_for(size: int, first: int, last: int | None):
    field = f"bytes={first}-{'' if last is None else last}"
    if last is not None and last < first:
        assert read_range(field, None, etag='"e"', size_bytes=size) is None
    elif first >= size:
        with pytest.raises(RangeNotSatisfiable):
            read_range(field, None, etag='"e"', size_bytes=size)
    else:
        found = read_range(field, None, etag='"e"', size_bytes=size)
        assert found is not None
        assert (found.start, found.end) == (first, min(size, size if last is None else last + 1))


@given(SIZES, st.integers(1, 2**70))
def test_a_suffix_is_the_end_of_the_clip(size: int, suffix: int):
    found = read_range(f"bytes=-{suffix}", None, etag='"e"', size_bytes=size)
    assert found is not None
    assert (found.end, found.end - found.start) == (size, min(size, suffix))


@given(st.text(max_size=60) | st.from_regex(r"bytes=[0-9,\- ]{0,40}", fullmatch=True), SIZES)
def test_whatever_a_range_says_the_answer_is_a_range_within_the_whole_or_a_refusal(field: str, size: int):
    found = outcome(lambda: read_range(field, None, etag='"e"', size_bytes=size))
    if isinstance(found, Problem):
        assert (found.status, found.headers["Content-Range"]) == (416, f"bytes */{size}")
    else:
        assert found is None or 0 <= found.start < found.end <= size


@given(st.text(max_size=80))
def test_a_range_counts_only_for_the_version_it_was_made_for(if_range: str):
    found = read_range("bytes=0-0", if_range, etag='"e"', size_bytes=10)
    assert (found is not None) == (if_range.strip() == '"e"')


@given(st.binary(max_size=600))
def test_whatever_the_first_bytes_are_they_are_a_known_kind_or_refused_with_a_reason(head: bytes):
    kind = outcome(lambda: clip_kind(head))
    if isinstance(kind, Problem):
        assert (kind.status, kind.slug[:5], kind.detail[-1]) == (422, "clip-", ".")
    else:
        assert kind.media_type.partition("/")[0] in {"video", "image"}
        assert kind.demuxer not in {"hls", "dash", "concat", "image2", "tty"}


@given(st.binary(min_size=32, max_size=32))
def test_a_digest_reads_back(digest: bytes):
    field = digest_field(digest.hex())
    assert declared_sha256({"repr-digest": field}) == digest.hex()
    assert declared_sha256({"content-digest": f"md5=:AAAA:, {field}"}) == digest.hex()


@given(st.text(max_size=100))
def test_a_digest_that_cannot_be_is_refused_and_never_believed(text: str):
    found = outcome(lambda: declared_sha256({"repr-digest": text}))
    if isinstance(found, Problem):
        assert found.status == 400
    else:
        assert found is None or len(found) == 64


SECONDS = st.integers(-50, 150)


@given(st.lists(st.tuples(SECONDS, SECONDS)))
def test_every_moment_of_the_window_is_shown_or_in_a_gap(pairs: list[tuple[int, int]]):
    window = _span(0, 100)
    shows = [_span(start, end) for start, end in pairs if start < end]
    found = gaps(window, shows)
    assert list(found) == sorted(found, key=lambda gap: gap.from_at)
    for second in range(100):
        at = START + timedelta(seconds=second)
        is_shown = any(span.from_at <= at < span.to_at for span in shows)
        assert is_shown != any(gap.from_at <= at < gap.to_at for gap in found)


def _span(start: int, end: int) -> Span:
    return Span(START + timedelta(seconds=start), START + timedelta(seconds=end))


def _clip(at: Any) -> Clip:
    return Clip(
        object="clips/00/00",
        version_id="v1",
        sha256="0" * 64,
        size_bytes=1,
        media_type="video/mp4",
        shows=_span(0, 10),
        received_at=at,
        received_from="amal",
        locked_until=at + timedelta(seconds=KEPT_SECONDS + 1),
    )


class LifeOfAClip(RuleBasedStateMachine):
    """Any order of steps by anybody at any time: what is held stays, what is told is numbered, two persons erase."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.custody = 1
        self.versions: list[int] = []
        self.approved_by: tuple[str, str] | None = None
        self.evidence = Evidence(
            evidence_id="e-1",
            agency="police",
            camera_id="cam-1",
            window=_span(0, 10),
            reason="road-accident",
            requested_at=START,
            expires_at=START + timedelta(seconds=KEPT_SECONDS),
        )

    def take(self, step: Step | None) -> bool:
        if step is None:
            return False
        assert step.evidence.revision == self.evidence.revision + 1
        assert step.entries
        for event in step.events:
            message = encode(event)
            assert decode(message.headers, message.value).data == event.data
            self.versions.append(event.data.version)
        self.custody += len(step.entries)
        self.evidence = step.evidence
        return True

    def actor(self, by: str | None = None) -> Actor:
        return Actor(self.now, by, CASES[0])

    @rule(seconds=st.integers(1, 600))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(retriable=st.booleans())
    def fail(self, *, retriable: bool) -> None:
        had = self.evidence.clip is not None
        try:
            self.take(lifecycle.fail(self.evidence, "no_recording", self.actor(), retriable=retriable))
        except Conflict:
            assert had

    @rule()
    def store(self) -> None:
        had = self.evidence.clip is not None
        try:
            self.take(lifecycle.store(self.evidence, _clip(self.now), self.actor("amal"), kept_seconds=KEPT_SECONDS))
        except Conflict:
            assert had

    @rule(case=st.sampled_from(CASES), by=st.sampled_from(PEOPLE), held=st.booleans())
    def hold_or_release(self, case: str, by: str, *, held: bool) -> None:
        was = {hold.case_id for hold in self.evidence.holds}
        act = lifecycle.hold if held else lifecycle.release
        try:
            changed = self.take(act(self.evidence, case, self.actor(by)))
        except Conflict:
            assert self.evidence.state != "stored"
        else:
            assert changed == ((case in was) != held)

    @rule(by=st.sampled_from(PEOPLE))
    def ask_to_erase(self, by: str) -> None:
        with suppress(Conflict):
            self.take(ask_erasure(self.evidence, "court-order", self.actor(by), valid_seconds=300))

    @rule(by=st.sampled_from(PEOPLE), approves=st.booleans(), is_right=st.booleans())
    def decide(self, by: str, *, approves: bool, is_right: bool) -> None:
        request = self.evidence.erasure
        digest = request.digest if request is not None and is_right else "f" * 64
        before = self.evidence
        try:
            self.take((approve_erasure if approves else refuse_erasure)(before, digest, self.actor(by)))
        except (Conflict, NotFound):
            assert self.evidence == before
            return
        assert request is not None
        assert (is_right, request.state) == (True, "asked")
        assert request.asked_by != by
        assert self.now < request.valid_until
        if approves:
            self.approved_by = (request.asked_by, by)

    @precondition(lambda self: self.evidence.state == "stored")
    @rule()
    def sweep(self) -> None:
        try:
            self.take(lifecycle.expire(self.evidence, self.actor()))
        except Conflict:
            assert self.evidence.is_held or self.evidence.expires_at > self.now
        else:
            assert not self.evidence.is_held
            assert self.evidence.expires_at <= self.now

    @precondition(lambda self: self.evidence.state == "erasing")
    @rule()
    def end(self) -> None:
        self.take(lifecycle.erased(self.evidence, "certificate", self.actor()))

    @invariant()
    def what_is_on_its_way_out_expired_unheld_or_was_approved_by_two(self) -> None:
        if self.evidence.state in {"erasing", "erased"}:
            is_over = self.evidence.expires_at <= self.now
            assert is_over or (self.approved_by is not None and len(set(self.approved_by)) == 2)

    @invariant()
    def what_is_told_is_numbered_without_holes(self) -> None:
        assert self.versions == list(range(1, len(self.versions) + 1))
        assert self.evidence.version == len(self.versions)

    @invariant()
    def a_held_clip_is_readable_until_it_is_erased(self) -> None:
        if self.evidence.state == "stored" and self.evidence.holds:
            assert self.evidence.is_readable(self.now)
        assert self.evidence.is_held == bool(self.evidence.holds)


TestLifeOfAClip = LifeOfAClip.TestCase
