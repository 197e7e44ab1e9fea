"""Erasure by two persons, as they use it."""

from services.archive import erasing
from services.archive.evidence import Evidence
from services.archive.evidence_desk import EvidenceDesk
from services.archive.lifecycle import Actor
from services.archive.ports import CertificateKeys


class ErasureDesk:
    """One asks, another decides; what is approved is left to the eraser, by the write that says so."""

    def __init__(self, desk: EvidenceDesk, keys: CertificateKeys, *, valid_seconds: float) -> None:
        self._desk = desk
        self._keys = keys
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
        """A second person does too: from now on it is there for nobody, and its bytes go within seconds."""
        return await self._desk.step(evidence_id, lambda found: erasing.approve_erasure(found, digest, actor))

    async def certificate_keys(self) -> list[dict[str, str]]:
        """The public keys that certificates of deletion were ever signed with, as JSON Web Keys."""
        return await self._keys.certificate_keys()
