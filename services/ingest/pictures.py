"""Stores pictures by their SHA-256. An event never waits for the object store longer than a picture's deadline.

What the store does not take in that time is kept on this machine's disk and follows (`picture_spool.py`). A picture
that was kept lately is not kept again. A store that fails several times in a row is left alone for a few seconds: its
pictures go to the disk at once instead of after their deadline each.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

from rasid.errors import RasidError
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.ingest.normalize import StoredPicture

FAILURES = 3
PAUSE_SECONDS = 5.0
REMEMBERED = 20_000
# Shorter than the shortest retention, so that a picture that was deleted since is stored again.
REMEMBERED_SECONDS = 120.0

Name = tuple[str, bool]

log = get_logger(__name__)


class PictureStore(Protocol):
    """Where pictures are put; `rasid.storage.objects` provides it."""

    async def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        media_type: str,
        *,
        deadline_seconds: float | None = None,
    ) -> None:
        """Store durably; raises Unavailable when the deadline passes, and Refused or AlreadyThere as the store says."""


class Shelter(Protocol):
    """Where a picture is kept that the store does not take now."""

    async def keep(self, picture: StoredPicture) -> bool:
        """Whether it is durable now, and will get to the store; never raises Unavailable."""


class Pictures:
    """Keeps pictures in one bucket, or in `shelter` until they can go there.

    `on_state` is told why the store does not answer, or None when it does.
    """

    def __init__(
        self,
        store: PictureStore,
        bucket: str,
        *,
        clock: Clock,
        metrics: Metrics,
        deadline_seconds: float,
        shelter: Shelter | None = None,
        on_state: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._bucket = bucket
        self._clock = clock
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._shelter = shelter
        self._on_state = on_state
        self._known: OrderedDict[Name, float] = OrderedDict()
        self._failures = 0
        self._closed_until = 0.0

    async def keep(self, pictures: Sequence[StoredPicture]) -> bool:
        """Keep the pictures of one event at the same time; whether all of them are durable now."""
        kept = await asyncio.gather(*(self._keep(picture) for picture in pictures))
        return all(kept)

    async def _keep(self, picture: StoredPicture) -> bool:
        if self._is_known(picture):
            self._metrics.pictures.labels("known").inc()
            return True
        outcome = "unavailable"
        if self._clock.monotonic() >= self._closed_until and await self._put(picture):
            outcome = "stored"
        elif self._shelter is not None and await self._shelter.keep(picture):
            outcome = "spooled"
        self._metrics.pictures.labels(outcome).inc()
        if outcome == "unavailable":
            return False
        self._remember(picture)
        return True

    async def _put(self, picture: StoredPicture) -> bool:
        try:
            await self._store.put(
                self._bucket,
                picture.sha256,
                picture.body,
                picture.media_type,
                deadline_seconds=self._deadline_seconds,
            )
        except RasidError as error:  # whatever the store says against a picture: it must not cost the read
            self._failed(error)
            return False
        self._failures = 0
        self._on_state(None)
        return True

    def _remember(self, picture: StoredPicture) -> None:
        self._known[_name(picture)] = self._clock.monotonic()
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _failed(self, error: RasidError) -> None:
        log.warning("a picture could not be stored", why=str(error))
        self._failures += 1
        self._on_state(str(error))
        if self._failures >= FAILURES:
            self._closed_until = self._clock.monotonic() + PAUSE_SECONDS

    def _is_known(self, picture: StoredPicture) -> bool:
        name = _name(picture)
        stored_at = self._known.get(name)
        if stored_at is None:
            return False
        if self._clock.monotonic() - stored_at < REMEMBERED_SECONDS:
            return True
        del self._known[name]
        return False


def _name(picture: StoredPicture) -> Name:
    """Sheltered for a face, it may be gone before its time as the picture of something else."""
    return picture.sha256, picture.is_face
