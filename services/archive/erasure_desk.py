"""Erasure by two persons, as they use it."""

from rasid.errors import Refused, TemporarilyUnavailable, Unavailable
from services.archive import erasing
from services.archive.erasure import Eraser
from services.archive.evidence import Evidence
from services.archive.evidence_desk import EvidenceDesk
from services.archive.lifecycle import Actor


class ErasureDesk:
    """One asks, another decides; what is approved is erased at once, or by the sweep when the store is away."""

    def __init__(self, desk: EvidenceDesk, eraser: Eraser, *, valid_seconds: float) -> None:
        self._desk = desk
        self._eraser = eraser
        self._valid_seconds = valid_seconds

    async def ask(self, evidence_id: str, reason: str, actor: Actor) -> Evidence:
        """A first person wants it erased."""
        return await self._desk.step(
            evidence_id,
            lambda found: erasing.ask_erasure(found, reason, actor, valid_seconds=self._valid_seconds),
        )

    async def refuse(self, evidence_id: str, digest: str, actor: Actor) -> Evidence:
        """A second person does not."""
        return await self._desk.step(evidence_id, lambda found: erasing.refuse_erasure(found, digest, actor))

    async def approve(self, evidence_id: str, digest: str, actor: Actor) -> Evidence:
        """A second person does too. Raises TemporarilyUnavailable, before anything, without the eraser's credential."""
        if not self._eraser.may_bypass:
            raise TemporarilyUnavailable(
                "no-eraser",
                "Nothing can be erased here: the service has no eraser's credential (RASID_ERASER_ACCESS_KEY).",
            )
        evidence = await self._desk.step(evidence_id, lambda found: erasing.approve_erasure(found, digest, actor))
        try:
            return await self._eraser.finish(evidence)
        except (Refused, Unavailable):
            return evidence  # it is decided: the sweep ends it as soon as the store lets it
