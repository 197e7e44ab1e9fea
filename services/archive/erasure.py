"""Deleting the bytes of evidence that is on its way out, and saying so: begun steps are always brought to their end."""

from collections.abc import Callable

from rasid.errors import Refused
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.archive import lifecycle
from services.archive.certificates import Notary
from services.archive.evidence import Evidence, moment
from services.archive.lifecycle import Actor
from services.archive.ports import ClipStore, EvidenceStore

log = get_logger(__name__)


class Eraser:
    """Ends what was begun. `clips` has the credential that deletes; only the eraser's may step over a lock."""

    def __init__(
        self,
        store: EvidenceStore,
        clips: ClipStore,
        notary: Notary,
        *,
        may_bypass: bool,
        clock: Clock,
        metrics: Metrics,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clips = clips
        self._notary = notary
        self.may_bypass = may_bypass
        self._clock = clock
        self._metrics = metrics
        self._wake = wake

    async def finish(self, evidence: Evidence) -> Evidence:
        """Delete the bytes of evidence in state `erasing` and certify it; safe to repeat after any crash.

        Raises Unavailable, and Refused when the store still holds the version: then it is tried again later.
        """
        is_approved = evidence.erasure is not None and evidence.erasure.state == "approved"
        if evidence.clip is not None:
            key, version_id = evidence.clip.object, evidence.clip.version_id
            await self._clips.release(key, version_id)
            await self._clips.delete(key, version_id, bypass=is_approved)
        by = evidence.erasure.decided_by if is_approved and evidence.erasure else None
        actor = Actor(moment(self._clock.now()), by)
        step = lifecycle.erased(evidence, self._notary.certify(evidence, actor), actor)
        if await self._store.save(step):
            self._metrics.erasures.labels(reason="approved" if is_approved else "expired").inc()
            self._wake()
        return await self._store.evidence(evidence.evidence_id) or step.evidence

    async def try_finish(self, evidence: Evidence) -> None:
        """As `finish`; a version that the store still holds is said once each time it is tried."""
        try:
            await self.finish(evidence)
        except Refused as error:
            log.warning("an expired clip is still locked", evidence_id=evidence.evidence_id, why=str(error))
