"""The eraser's rounds: each deletes what has to go by then. What it is kept from is there for the next one."""

from datetime import timedelta

from rasid.errors import Refused, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.watchdog import Pulse
from services.archive.eraser.erasure import Eraser
from services.archive.evidence import Upload, moment
from services.archive.object_lock import ObjectLock
from services.archive.one_by_one import one_by_one
from services.archive.ports import ErasableClips, ErasureQueue

AT_ONCE = 1000
"""Many more than could ever be kept back: those stay in the queue, before others."""

log = get_logger(__name__)


class Rounds:
    """`queue` is the archive's database, `clips` has the eraser's credential, which has to be proven first."""

    def __init__(
        self,
        queue: ErasureQueue,
        clips: ErasableClips,
        eraser: Eraser,
        credential: ObjectLock,
        *,
        every_seconds: float,
        clock: Clock,
        pulse: Pulse,
    ) -> None:
        self._queue = queue
        self._clips = clips
        self._eraser = eraser
        self._credential = credential
        self._every_seconds = every_seconds
        self._clock = clock
        self._pulse = pulse

    async def run(self) -> None:
        """One round after the other, until cancelled; what is away now is there at one of the next times."""
        while True:
            self._pulse.beat()
            if self._credential.is_proven:
                try:
                    await self.once()
                except Unavailable as error:
                    log.warning("nothing can be erased for now", what=error.what, why=error.detail)
            self._pulse.rest()
            await self._clock.sleep(self._every_seconds)

    async def once(self) -> None:
        """One round. Raises Unavailable."""
        await one_by_one(await self._queue.erasing(AT_ONCE), self._eraser.try_finish, self._pulse)
        strays = await self._queue.strays(moment(self._clock.now()), AT_ONCE)
        await one_by_one(strays, self._remove, self._pulse)

    async def _remove(self, upload: Upload) -> None:
        """A second copy, or a damaged one: its lock has run out, and is respected if it has not."""
        owned = await self._queue.owners(upload.clip.object)
        for version in await self._clips.versions(upload.clip.object):
            if version.version_id not in owned:
                try:
                    await self._clips.delete(version.key, version.version_id)
                except Refused:  # it is of a later upload of the same bytes
                    later = self._clock.now() + timedelta(hours=1)
                    await self._queue.put_off(upload.upload_id, later)
                    return
                break
        await self._queue.end(upload.upload_id)
