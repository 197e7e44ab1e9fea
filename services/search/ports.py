"""What search needs of its stores, without knowing which. Every method raises Unavailable when they are away."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rasid.runtime.paging import Cursor
from services.search.camera_day import CameraDay
from services.search.lookback import Lookback
from services.search.paging import Position
from services.search.passage import Passage
from services.search.tiers import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageQuery:
    """Which passages to read, latest first. None: not asked about."""

    window: Window
    plates: Collection[str] | None = None
    camera_ids: Collection[str] | None = None
    site_ids: Collection[str] | None = None
    after: Position | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Added:
    """How many passages were new, grew, and were known already."""

    new: int = 0
    grown: int = 0
    known: int = 0


class PassageStore(Protocol):
    """The passages. What has expired is not there any more."""

    async def add(self, parts: Sequence[Passage]) -> Added:
        """Merge parts of passages into what is there; the same parts again change nothing."""

    async def passage(self, passage_id: str, now: datetime) -> Passage | None:
        """One passage."""

    async def find(self, query: PassageQuery, now: datetime) -> list[Passage]:
        """A page of passages."""


class PlateStore(Protocol):
    """Every distinct plate there is a passage of."""

    async def learn(self, plates: Iterable[tuple[str, datetime]], now: datetime) -> None:
        """Know plates, each until its passage's `expires_at`."""


class CameraStore(Protocol):
    """What was heard of the cameras."""

    async def heard(self, days: Iterable[CameraDay]) -> None:
        """Remember signs of life and changes of links."""


class LookbackStore(Protocol):
    """Consents to look back. What has expired is not there any more."""

    async def lookback(self, lookback_id: str, now: datetime) -> Lookback | None:
        """One of them."""

    async def save(self, lookback: Lookback, over: int) -> bool:
        """Write it over its revision `over` (0: there is none); False when that is not what is there."""

    async def page(
        self, agency: str, case_id: str | None, after: Cursor | None, limit: int, now: datetime
    ) -> Sequence[Lookback]:
        """Those of an agency that wait for a decision, newest first; of one case, or of every one (None)."""


class PictureStore(Protocol):
    """Where ingest puts pictures; `rasid.storage.objects` provides it."""

    async def get(self, bucket: str, key: str, *, start: int = 0, size_bytes: int = 0) -> bytes | None:
        """The whole object, or so many bytes of it; None when it is not there."""
