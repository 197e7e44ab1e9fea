"""What the archive does by itself: settles what a crash or an outage cut off, and ends what has expired.

It deletes nothing: whatever has to go is left to the eraser, which has the credential for it.
"""

from datetime import timedelta

from rasid.errors import Altered, Conflict, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from services.archive import lifecycle
from services.archive.evidence import Evidence, Upload, moment
from services.archive.intake import Intake, Stores
from services.archive.lifecycle import Actor
from services.archive.one_by_one import one_by_one
from services.archive.ports import Version

AT_ONCE = 100
UNFINISHED = timedelta(days=1)
"""Older than any upload that is still under way: what a killed process left in parts, which takes room unseen."""
NOT_FETCHED = "not_fetched"

log = get_logger(__name__)


class Sweep:
    """Done by every process of the archive, each for its own part of the spool and for what nobody else settles."""

    def __init__(
        self,
        stores: Stores,
        intake: Intake,
        *,
        spool: str,
        every_seconds: float,
        clock: Clock,
        metrics: Metrics,
        pulse: Pulse,
    ) -> None:
        self._stores = stores
        self._intake = intake
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
        await one_by_one(await self._stores.uploads.unsettled(self._spool, now, AT_ONCE), self._settle, self._pulse)
        await one_by_one(await self._stores.evidence.overdue(now, AT_ONCE), self._end, self._pulse)
        since = await self._stores.evidence.erasing_since()
        self._metrics.erasing_seconds.set(0 if since is None else (now - since).total_seconds())
        if dropped := await self._stores.clips.drop_unfinished(now - UNFINISHED):
            log.info("uploads that were never finished are dropped", uploads=dropped)

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
            outcome = await self._hand_over(upload)
        self._metrics.settled_uploads.labels(outcome=outcome).inc()
        log.info("an upload that was cut off is settled", upload_id=upload.upload_id, outcome=outcome)

    async def _adopt(self, upload: Upload, version: Version) -> str:
        """All of it had come and was looked into before it was put: whoever sent it need not send it again."""
        try:
            async for _ in self._stores.clips.read(version, upload.clip.digests):
                self._pulse.beat()  # reading a large clip from a slow store takes longer than a part may be silent
            await self._intake.finish(upload, version.version_id, Actor(moment(self._clock.now())))
        except (Altered, Conflict):
            return await self._hand_over(upload)
        return "stored"

    async def _hand_over(self, upload: Upload) -> str:
        """A second copy, or a damaged one: nobody's clip. It goes when its lock has run out."""
        await self._stores.uploads.hand_over(upload.upload_id, upload.clip.locked_until)
        return "stray"

    async def _end(self, evidence: Evidence) -> None:
        actor = Actor(moment(self._clock.now()))
        if evidence.state == "awaited":
            await self._stores.evidence.save(lifecycle.fail(evidence, NOT_FETCHED, actor, retriable=False))
        elif evidence.clip is None or evidence.clip.locked_until <= actor.at:  # it ends with the second after its time
            await self._stores.evidence.save(lifecycle.expire(evidence, actor))  # unless a case takes hold of it now
