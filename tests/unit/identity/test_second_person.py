"""What needs two persons: asked by one, decided by another, once, in time, and about exactly what was asked."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.errors import Conflict
from rasid.identity.second_person import Consent, SecondPerson, digest_of
from rasid.testing.clock import START

TIER = SecondPerson("tier")
CONTENT = {"plate": "13A98765", "from_at": "2025-01-01T00:00:00.000Z"}
VALID_SECONDS = 600


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def asked(before: Consent | None = None, **changes: Any) -> Consent:
    who = {"by": "amal", "at": START, "case_id": "case-1", "reason": "court-order", "valid_seconds": VALID_SECONDS}
    return TIER.ask(CONTENT, before, **who | changes)


def approved(consent: Consent, **changes: Any) -> Consent:
    how = {"digest": consent.digest, "content": CONTENT, "by": "chief", "at": later(1)} | changes
    return TIER.approve(consent, **how)


def slug(told: pytest.ExceptionInfo[Conflict]) -> str:
    return told.value.slug


def test_another_person_consents_and_who_asked_does_it_once():
    consent = approved(asked())
    assert (consent.state, consent.decided_by, consent.decided_at) == ("approved", "chief", later(1))
    used = TIER.use(consent, CONTENT, by="amal", at=later(2))
    assert (used.state, used.used_at) == ("used", later(2))
    with pytest.raises(Conflict) as told:
        TIER.use(used, CONTENT, by="amal", at=later(3))
    assert slug(told) == "tier-not-approved"


def test_who_asked_does_not_consent_in_whatever_role():
    for decide in (TIER.approve, TIER.refuse):
        consent = asked()
        with pytest.raises(Conflict) as told:
            decide(consent, consent.digest, CONTENT, by="amal", at=later(1))
        assert slug(told) == "tier-needs-another"


def test_only_who_asked_uses_it():
    with pytest.raises(Conflict) as told:
        TIER.use(approved(asked()), CONTENT, by="chief", at=later(2))
    assert slug(told) == "tier-not-approved"


def test_a_refusal_ends_it_and_it_may_be_asked_again():
    consent = asked()
    refused = TIER.refuse(consent, consent.digest, CONTENT, by="chief", at=later(1))
    assert refused.state == "refused"
    for again in (lambda: approved(refused, by="boss"), lambda: TIER.use(refused, CONTENT, by="amal", at=later(2))):
        with pytest.raises(Conflict):
            again()
    assert asked(before=refused, at=later(2)).state == "asked"


def test_a_decision_is_made_once_and_cannot_be_replayed():
    consent = approved(asked())
    for decide in (TIER.approve, TIER.refuse):
        with pytest.raises(Conflict) as told:
            decide(consent, consent.digest, CONTENT, by="boss", at=later(2))
        assert slug(told) == "tier-decided"


def test_an_approval_of_an_earlier_request_is_none_of_a_later_one():
    first = asked()
    second = asked(at=later(VALID_SECONDS), before=first)
    with pytest.raises(Conflict) as told:
        approved(second, digest=first.digest, at=later(VALID_SECONDS + 1))
    assert slug(told) == "tier-changed"


def test_a_request_that_waits_is_not_asked_again_until_it_is_too_old():
    consent = asked()
    with pytest.raises(Conflict) as told:
        asked(before=consent, at=later(VALID_SECONDS - 1))
    assert slug(told) == "tier-asked"
    assert asked(before=consent, at=later(VALID_SECONDS)).state == "asked"


def test_neither_a_decision_nor_its_use_comes_too_late():
    consent = asked()
    for late in (VALID_SECONDS, VALID_SECONDS + 1):
        with pytest.raises(Conflict) as told:
            approved(consent, at=later(late))
        assert slug(told) == "tier-expired"
    with pytest.raises(Conflict) as told:
        TIER.use(approved(consent), CONTENT, by="amal", at=later(VALID_SECONDS))
    assert slug(told) == "tier-expired"


@pytest.mark.parametrize("change", [{"plate": "13A98766"}, {"from_at": "2024-01-01T00:00:00.000Z"}, {"more": 1}])
def test_it_is_consent_to_exactly_what_was_asked(change: dict[str, Any]):
    other = CONTENT | change
    consent = asked()
    with pytest.raises(Conflict) as told:
        approved(consent, content=other)
    assert slug(told) == "tier-changed"
    with pytest.raises(Conflict) as told:
        TIER.use(approved(consent), other, by="amal", at=later(2))
    assert slug(told) == "tier-changed"


def test_the_digest_is_over_the_person_the_reason_and_the_times_as_well():
    changes: list[dict[str, Any]] = [{}, {"by": "basim"}, {"reason": "other"}, {"at": later(1)}, {"valid_seconds": 601}]
    assert len({asked(**change).digest for change in changes}) == len(changes)


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["approve", "refuse", "use"]),
            st.sampled_from(["amal", "chief", "boss"]),
            st.integers(0, VALID_SECONDS * 2),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_whatever_is_tried_in_whatever_order_it_is_used_at_most_once_and_never_by_one_person_alone(steps):
    consent, used = asked(), 0
    for what, by, at, is_same in steps:
        content = CONTENT if is_same else CONTENT | {"plate": "other"}
        try:
            if what == "use":
                consent = TIER.use(consent, content, by=by, at=later(at))
                used += 1
                assert is_same
                assert at < VALID_SECONDS
                assert (by, consent.decided_by != by) == (consent.asked_by, True)
            else:
                decide = TIER.approve if what == "approve" else TIER.refuse
                consent = decide(consent, consent.digest, content, by=by, at=later(at))
        except Conflict:
            pass
    assert used <= 1


def test_it_is_kept_in_a_document_and_read_back_the_same():
    for consent in (asked(), approved(asked())):
        assert msgspec.json.decode(msgspec.json.encode(consent), type=Consent) == consent
    assert digest_of(CONTENT, asked()) == asked().digest
    assert [asked().is_open(later(at)) for at in (0, 599, 600)] == [True, True, False]
