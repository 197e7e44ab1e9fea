"""The eraser checks for itself what permits a deletion, and brings it to its end after any crash."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rasid.errors import Refused, Unavailable
from rasid.testing.clock import START
from services.archive.evidence import Evidence, Hold
from tests.support.clips import clip
from tests.unit.archive.service import KEPT_SECONDS, Proof, ServiceBench

BODY = clip(50_000)


@pytest.fixture(autouse=True)
def _people(bench: ServiceBench) -> None:
    bench.gate.put_case("case-1", assigned=("officer-1", "boss", "chief"), version=2)


async def approved(bench: ServiceBench, body: bytes = BODY) -> str:
    """Evidence that two persons want gone; returns its id."""
    evidence_id = await bench.stored(body)
    path = f"/v1/evidence/{evidence_id}/erasure"
    asked = await bench.send("POST", path, json={"reason": "court-order"}, who=bench.who("supervisor", sub="boss"))
    digest = {"digest": asked.json()["digest"]}
    done = await bench.send("POST", f"{path}/approval", json=digest, who=bench.who("senior-officer", sub="chief"))
    assert (done.status_code, done.json()["evidence_state"]) == (200, "erasing"), done.text
    return evidence_id


@pytest.mark.parametrize("failure", [Unavailable("the object store", "away"), Refused("still locked")])
async def test_what_is_decided_is_done_as_soon_as_the_store_lets_it(bench, failure, monkeypatch):
    evidence_id = await approved(bench)

    async def fails(*_: Any, **__: Any) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(bench.erasable, "delete", fails)
        await bench.rounds.once()
    assert bench.evidence(evidence_id).state == "erasing"
    await bench.rounds.once()
    assert bench.evidence(evidence_id).state == "erased"
    assert bench.clips.objects == {}


async def test_a_crash_between_the_deletion_and_its_certificate_is_settled_and_told_once(bench, monkeypatch):
    evidence_id = await approved(bench)
    delete = bench.erasable.delete

    async def dies(*arguments: Any, **options: Any) -> None:
        await delete(*arguments, **options)
        raise Unavailable("the process", "killed")

    with monkeypatch.context() as patch:
        patch.setattr(bench.erasable, "delete", dies)
        await bench.rounds.once()
    assert bench.evidence(evidence_id).state == "erasing"
    await bench.rounds.once()
    assert bench.evidence(evidence_id).certificate
    assert bench.told().count("evidence.erased") == 1
    await bench.rounds.once()
    assert bench.told().count("evidence.erased") == 1


def forged(evidence: Evidence, how: str) -> Evidence:
    """What somebody who writes to the database might make of evidence, so that the eraser deletes it."""
    consent = evidence.erasure
    assert consent is not None
    changes: dict[str, Any] = {
        "no consent": {"erasure": None},
        "one person": {"erasure": replace(consent, decided_by=consent.asked_by)},
        "never decided": {"erasure": replace(consent, decided_by=None)},
        "only asked for": {"erasure": replace(consent, state="asked")},
        "refused": {"erasure": replace(consent, state="refused")},
        "another reason": {"erasure": replace(consent, reason="spring-cleaning")},
        "of other bytes": {"clip": replace(evidence.clip, version_id="another")},  # type: ignore[type-var]
        "too late": {"erasure": replace(consent, decided_at=consent.valid_until)},
        "held since": {"holds": (Hold(case_id="case-2", at=START, by="officer-2"),), "is_held": True},
    }
    return replace(evidence, **changes[how])


@pytest.mark.expects_errors("nothing permits this deletion")
@pytest.mark.parametrize(
    "how",
    [
        *("no consent", "one person", "never decided", "only asked for", "refused", "another reason"),
        *("of other bytes", "too late", "held since"),
    ],
)
async def test_it_believes_no_document_without_the_consent_of_two_persons_to_just_that(bench, how):
    evidence_id = await approved(bench)
    bench.store.stored[evidence_id] = forged(bench.evidence(evidence_id), how)
    await bench.rounds.once()
    assert bench.evidence(evidence_id).state == "erasing"
    assert len(bench.clips.objects) == 1


@pytest.mark.expects_errors("nothing permits this deletion")
async def test_one_that_may_not_go_does_not_keep_the_others(bench):
    forged_id, honest_id = await approved(bench), await approved(bench, clip(60_000))
    bench.store.stored[forged_id] = forged(bench.evidence(forged_id), "no consent")
    await bench.rounds.once()
    assert (bench.evidence(forged_id).state, bench.evidence(honest_id).state) == ("erasing", "erased")


async def test_what_has_expired_goes_without_stepping_over_any_lock(bench):
    evidence_id = await bench.stored(BODY)
    (kept,) = bench.clips.objects.values()
    kept.locked_until += timedelta(days=1)
    bench.clock.shift(KEPT_SECONDS + 1)
    await bench.tidy()
    assert bench.evidence(evidence_id).state == "erasing"
    assert len(bench.clips.objects) == 1


async def test_how_long_a_clip_has_waited_for_the_eraser_is_told(bench):
    def waited() -> float:
        return float(bench.gate.metrics.erasing_seconds._value.get())

    await bench.sweep.once()
    assert waited() == 0
    await approved(bench)
    bench.clock.shift(90)
    await bench.sweep.once()
    assert waited() == 90
    await bench.tidy()
    await bench.sweep.once()
    assert waited() == 0


@pytest.mark.expects_errors("no evidence is taken")
async def test_nothing_is_erased_before_the_credential_is_proven(bench, monkeypatch):
    evidence_id = await approved(bench)
    bench.proof = Proof(holds=False)
    await bench.lock.look()

    async def ends(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bench.clock, "sleep", ends)
    with pytest.raises(KeyboardInterrupt):
        await bench.rounds.run()
    assert bench.evidence(evidence_id).state == "erasing"
    assert len(bench.clips.objects) == 1
