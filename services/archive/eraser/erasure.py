"""Deleting the bytes of evidence that is on its way out, and saying so: safe to repeat after any crash."""

from collections.abc import Callable

from rasid.errors import Conflict, Refused
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.archive import erasing, lifecycle
from services.archive.eraser.notary import Notary
from services.archive.evidence import Evidence, moment
from services.archive.lifecycle import Actor
from services.archive.ports import ErasableClips, ErasureQueue

log = get_logger(__name__)


class Eraser:
    """Ends what was begun. `clips` has the credential that may step over a lock: it does for two persons only."""

    def __init__(
        self, queue: ErasureQueue, clips: ErasableClips, notary: Notary, *, clock: Clock, metrics: Metrics
    ) -> None:
        self._queue = queue
        self._clips = clips
        self._notary = notary
        self._clock = clock
        self._metrics = metrics
        self._kept_back: dict[str, str] = {}

    async def finish(self, evidence: Evidence) -> None:
        """Delete the bytes of evidence in state `erasing`, certify it, and tell it with the next write of its document.

        Raises Unavailable, Refused when the store still holds the version, Conflict when nothing permits the deletion.
        """
        now = moment(self._clock.now())
        consent = erasing.check_may_go(evidence, now)
        if evidence.clip is not None:
            key, version_id = evidence.clip.object, evidence.clip.version_id
            await self._clips.release(key, version_id)
            await self._clips.delete(key, version_id, bypass=consent is not None)
        actor = Actor(now, None if consent is None else consent.decided_by)
        step = lifecycle.erased(evidence, self._notary.certify(evidence, consent, actor), actor)
        if await self._queue.save(step):
            self._metrics.erasures.labels(reason="expired" if consent is None else "approved").inc()

    async def try_finish(self, evidence: Evidence) -> None:
        """As `finish`; what keeps a clip is said once, and it is tried again in each round. Raises Unavailable."""
        try:
            await self.finish(evidence)
        except Refused as error:
            self._say(log.warning, "a clip that has to go is still locked", evidence, str(error))
        except Conflict as error:
            self._say(log.error, "nothing permits this deletion", evidence, error.detail)
        else:
            self._kept_back.pop(evidence.evidence_id, None)

    def _say(self, say: Callable[..., object], what: str, evidence: Evidence, why: str) -> None:
        before, self._kept_back[evidence.evidence_id] = self._kept_back.get(evidence.evidence_id), why
        if before != why:
            say(what, evidence_id=evidence.evidence_id, why=why)
