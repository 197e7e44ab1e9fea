"""Stores pictures until they expire. An event never waits for the object store longer than a picture's deadline.

Those that come within a moment go as one object (`packing.py`, decision 0031). What the store does not take in time is
kept on this machine's disk and follows (`picture_spool.py`). A picture that was kept lately is not kept again. A store
that fails several times in a row is left alone for a few seconds: its pictures go to the disk at once instead of after
their deadline each.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from rasid.contract.pictures import PictureClass
from rasid.errors import RasidError
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.ingest.normalize import StoredPicture
from services.ingest.packing import Outcome, Packing

FAILURES = 3
PAUSE_SECONDS = 5.0
REMEMBERED = 20_000
# Shorter than the shortest retention, so that a picture that was deleted since is stored again.
REMEMBERED_SECONDS = 120.0

Name = tuple[str, PictureClass]

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


@dataclass(frozen=True, slots=True)
class Retention:
    """How long pictures are kept from their receipt."""

    faces: timedelta
    others: timedelta

    def of(self, kind: PictureClass) -> timedelta:
        """How long those of a class are."""
        return self.faces if kind == "face" else self.others


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
        retention: Retention,
        *,
        clock: Clock,
        metrics: Metrics,
        deadline_seconds: float,
        linger_seconds: float,
        ids: Ids,
        shelter: Shelter | None = None,
        on_state: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._bucket = bucket
        self._retention = retention
        self._clock = clock
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._shelter = shelter
        self._on_state = on_state
        self._packing = Packing(self._make_durable, linger_seconds=linger_seconds, ids=ids)
        self._known: OrderedDict[Name, tuple[float, str]] = OrderedDict()
        self._failures = 0
        self._closed_until = 0.0

    async def keep(self, pictures: Sequence[StoredPicture], received_at: datetime) -> list[str | None]:
        """Keep the pictures of one event at the same time; the `uri` of each, None for one that is not durable."""
        each = {_name(picture): picture for picture in pictures}
        uris = await asyncio.gather(*(self._keep(name, picture, received_at) for name, picture in each.items()))
        found = dict(zip(each, uris, strict=True))
        return [found[_name(picture)] for picture in pictures]

    async def _keep(self, name: Name, picture: StoredPicture, received_at: datetime) -> str | None:
        if (known := self._known_uri(name)) is not None:
            self._metrics.pictures.labels("known").inc()
            return known
        _, kind = name
        outcome, uri = await self._packing.add(picture, kind, received_at + self._retention.of(kind))
        self._metrics.pictures.labels(outcome).inc()
        return None if outcome == "unavailable" else self._remember(name, uri)

    async def close(self) -> None:
        """Return when what is on its way has arrived or was given up: nobody waits for it any more."""
        await self._packing.close()

    async def _make_durable(self, pack: StoredPicture) -> Outcome:
        if self._clock.monotonic() >= self._closed_until and await self._put(pack):
            return "stored"
        if self._shelter is not None and await self._shelter.keep(pack):
            return "spooled"
        return "unavailable"

    async def _put(self, picture: StoredPicture) -> bool:
        try:
            await self._store.put(
                self._bucket,
                picture.key,
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

    def _remember(self, name: Name, uri: str) -> str:
        self._known[name] = self._clock.monotonic(), uri
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return uri

    def _failed(self, error: RasidError) -> None:
        log.warning("a picture could not be stored", why=str(error))
        self._failures += 1
        self._on_state(str(error))
        if self._failures >= FAILURES:
            self._closed_until = self._clock.monotonic() + PAUSE_SECONDS

    def _known_uri(self, name: Name) -> str | None:
        """Where it is since lately."""
        known = self._known.get(name)
        if known is None:
            return None
        stored_at, uri = known
        if self._clock.monotonic() - stored_at < REMEMBERED_SECONDS:
            return uri
        del self._known[name]
        return None


def _name(picture: StoredPicture) -> Name:
    """Kept for a face, it goes before its time as the picture of something else."""
    return picture.sha256, "face" if picture.is_face else "other"
