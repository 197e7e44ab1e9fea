"""What the archive says of a clip may come in any order and more than once: the clip is the same."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rasid.contract.evidence import (
    EvidenceErasedV1,
    EvidenceFailedV1,
    EvidenceHeldV1,
    EvidenceReleasedV1,
    EvidenceStep,
)
from rasid.testing.builders import clip_stored, evidence_said
from rasid.testing.clock import START
from services.alerts.evidence import Asked, Evidence, clips, said

ASKED = Asked(camera_id="cam-1", from_at=START, to_at=START + timedelta(seconds=30), reason="x", by=None, at=START)
FAILED = st.builds(
    lambda retriable: (EvidenceFailedV1, {"reason": "no_recording", "retriable": retriable}), st.booleans()
)
HOLDS = st.lists(st.sampled_from(("case-1", "case-2")), unique=True).map(tuple)
HELD = HOLDS.map(lambda holds: (EvidenceHeldV1, {"case_id": "case-1", "holds": holds}))
RELEASED = HOLDS.map(lambda holds: (EvidenceReleasedV1, {"case_id": "case-1", "holds": holds}))
ERASED = st.just((EvidenceErasedV1, {"certificate": "signed"}))
STORED = st.just(None)


def told(version: int, what: tuple[type[EvidenceStep], dict[str, Any]] | None) -> Any:
    if what is None:
        return clip_stored(version=version)
    kind, facts = what
    return evidence_said(kind, version=version, **facts)


@st.composite
def told_in_any_order(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    facts = draw(st.lists(st.one_of(STORED, FAILED, HELD, RELEASED, ERASED), min_size=1, max_size=12))
    events = [told(version, fact) for version, fact in enumerate(facts, start=1)]
    twice = draw(st.lists(st.sampled_from(events), max_size=5))
    return events, draw(st.permutations([*events, *twice]))


def kept(events: list[Any]) -> Evidence:
    found: dict[str, Any] = {}
    for event in events:
        found.setdefault(str(event.data.version), said(event))
    return Evidence(asked=ASKED, said=found)


@given(told_in_any_order())
def test_a_clip_is_what_the_archive_said_of_it_in_whatever_order_it_came(events: tuple[list[Any], list[Any]]):
    in_order, as_it_came = events
    assert clips({"e": kept(in_order)}) == clips({"e": kept(as_it_came)})


@given(told_in_any_order())
def test_the_last_word_on_holding_erasing_and_failing_counts(events: tuple[list[Any], list[Any]]):
    in_order, as_it_came = events
    (clip,) = clips({"e": kept(as_it_came)})
    types = [event.type.removeprefix("evidence.") for event in in_order]
    decisive = [event for event in in_order if event.type in {"evidence.held", "evidence.released", "evidence.erased"}]
    assert clip.version == len(in_order)
    assert clip.is_held is bool(decisive and getattr(decisive[-1].data, "holds", ()))
    assert (clip.erased_at is not None) is ("erased" in types)
    assert (clip.sha256 is not None) is ("stored" in types)
    last = [name for name in types if name in {"stored", "erased"}][-1:]
    expected = last[0] if last else "failed" if "failed" in types else "requested"
    assert clip.state == expected
