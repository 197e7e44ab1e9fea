"""What the archive does by itself: settles what a crash or an outage cut off, and deletes what has expired."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from rasid.errors import Altered, Conflict, Refused, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from services.archive import lifecycle
from services.archive.erasure import Eraser
from services.archive.evidence import Evidence, Upload, moment
from services.archive.intake import Intake, Stores
from services.archive.lifecycle import Actor
from services.archive.ports import ClipStore, Version

AT_ONCE = 100
GIVE_UP = 10
"""So many failures in a row are an outage, not a damaged object."""
UNFINISHED = timedelta(days=1)
"""Older than any upload that is still under way: what a killed process left in parts, which takes room unseen."""
NOT_FETCHED = "not_fetched"

T = TypeVar("T")

log = get_logger(__name__)


class Sweep:
    """`remover` has the credential that deletes what is no longer locked."""

    def __init__(
        self,
        stores: Stores,
        intake: Intake,
        eraser: Eraser,
        remover: ClipStore,
        *,
        spool: str,
        every_seconds: float,
        clock: Clock,
        metrics: Metrics,
        pulse: Pulse,
    ) -> None:
        self._stores = stores
        self._intake = intake
        self._eraser = eraser
        self._remover = remover
        self._spool = spool
        self._every_seconds = every_seconds
        self._clock = clock
        self._metrics = metrics
        self._pulse = pulse

    async def run(self) -> None:
        """Sweep now and then, until cancelled; what is away now is there at one of the next times."""
        while True:
            try:
                await self.once()
            except Unavailable as error:
                log.warning("the sweep could not be done", what=error.what, why=error.detail)
            self._pulse.rest()
            await self._clock.sleep(self._every_seconds)
            self._pulse.beat()

    async def once(self) -> None:
        """One sweep. Raises Unavailable."""
        now = moment(self._clock.now())
        await self._each(await self._stores.uploads.unsettled(self._spool, now, AT_ONCE), self._settle)
        await self._each(await self._stores.evidence.overdue(now, AT_ONCE), self._end)
        if dropped := await self._stores.clips.drop_unfinished(now - UNFINISHED):
            log.info("uploads that were never finished are dropped", uploads=dropped)

    async def _each(self, items: Sequence[T], work: Callable[[T], Awaitable[None]]) -> None:
        """Some stores say of a damaged object that they are busy: one of those does not keep the others waiting."""
        in_a_row = 0
        for item in items:
            try:
                await work(item)
                in_a_row = 0
            except Unavailable as error:
                in_a_row += 1
                if in_a_row >= GIVE_UP:
                    raise
                log.warning("one part of the sweep could not be done", what=error.what, why=error.detail)
            self._pulse.beat()

    async def _settle(self, upload: Upload) -> None:
        """What the store has of an upload that nobody was answered for becomes the clip, or is removed."""
        if upload.upload_id in self._intake.active:
            return
        owned = await self._stores.evidence.owners(upload.clip.object)
        found = [one for one in await self._stores.clips.versions(upload.clip.object) if one.version_id not in owned]
        evidence = await self._stores.evidence.evidence(upload.evidence_id)
        if not found:
            await self._stores.uploads.end(upload.upload_id)
            outcome = "nothing"
        elif evidence is not None and evidence.clip is None and evidence.state != "erased":
            outcome = await self._adopt(upload, found[0])
        else:
            outcome = await self._remove(upload, found[0])
        self._metrics.settled_uploads.labels(outcome=outcome).inc()
        log.info("an upload that was cut off is settled", upload_id=upload.upload_id, outcome=outcome)

    async def _adopt(self, upload: Upload, version: Version) -> str:
        """All of it had come and was looked into before it was put: whoever sent it need not send it again."""
        try:
            async for _ in self._stores.clips.read(version, upload.clip.digests):
                self._pulse.beat()  # reading a large clip from a slow store takes longer than a part may be silent
            await self._intake.finish(upload, version.version_id, Actor(moment(self._clock.now())))
        except (Altered, Conflict):
            return await self._remove(upload, version)
        return "stored"

    async def _remove(self, upload: Upload, version: Version) -> str:
        """A second copy, or a damaged one. Its lock is respected: it is looked at again when that has run out."""
        try:
            await self._remover.delete(version.key, version.version_id)
        except Refused:
            later = max(upload.clip.locked_until, self._clock.now()) + timedelta(seconds=self._every_seconds)
            await self._stores.uploads.postpone(upload.upload_id, later)
        else:
            await self._stores.uploads.end(upload.upload_id)
        return "stray"

    async def _end(self, evidence: Evidence) -> None:
        actor = Actor(moment(self._clock.now()))
        if evidence.state == "awaited":
            await self._stores.evidence.save(lifecycle.fail(evidence, NOT_FETCHED, actor, retriable=False))
            return
        if evidence.state == "stored":
            if evidence.clip is not None and evidence.clip.locked_until > actor.at:
                return  # its lock ends with the second after its time
            step = lifecycle.expire(evidence, actor)
            if not await self._stores.evidence.save(step):
                return  # a case took hold of it at the last moment
            evidence = step.evidence
        await self._eraser.try_finish(evidence)
