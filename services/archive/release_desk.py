"""The release of holds by two persons, as they use it."""

from services.archive import releasing
from services.archive.evidence import Evidence
from services.archive.evidence_desk import EvidenceDesk
from services.archive.lifecycle import Actor


class ReleaseDesk:
    """One asks, another decides; what is approved is let go in the manifest, then in the store."""

    def __init__(self, desk: EvidenceDesk, *, valid_seconds: float) -> None:
        self._desk = desk
        self._valid_seconds = valid_seconds

    async def ask(self, evidence_id: str, case_id: str, reason: str, actor: Actor) -> Evidence:
        """A first person wants a case to let go."""
        return await self._desk.step(
            evidence_id,
            lambda found: releasing.ask_release(found, case_id, reason, actor, valid_seconds=self._valid_seconds),
        )

    async def refuse(self, evidence_id: str, case_id: str, digest: str, actor: Actor) -> Evidence:
        """A second person does not."""
        return await self._desk.step(evidence_id, lambda found: releasing.refuse_release(found, case_id, digest, actor))

    async def approve(self, evidence_id: str, case_id: str, digest: str, actor: Actor) -> Evidence:
        """A second person does too: when no case holds it any more, its retention counts again."""
        return await self._desk.release(
            evidence_id, lambda found: releasing.approve_release(found, case_id, digest, actor)
        )
