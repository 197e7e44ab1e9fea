"""A bucket with Object Lock in memory, for the tests of what uses one: it holds its locks as a real store does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import count

from rasid.errors import Refused
from rasid.runtime.clock import Clock
from rasid.storage.objects import Retention, Stored


@dataclass(frozen=True, slots=True)
class _Kept:
    stored: Stored
    body: bytes


class MemoryVersions:
    """Implements `attempts.Versions` for one credential, which `may_bypass` governance or not.

    `seen_by` gives the same bucket as another credential sees it.
    """

    def __init__(self, clock: Clock, *, may_bypass: bool = False) -> None:
        self._clock = clock
        self._may_bypass = may_bypass
        self._numbers = count(1)
        self.kept: dict[tuple[str, str], _Kept] = {}

    def seen_by(self, *, may_bypass: bool) -> "MemoryVersions":
        """The same versions, with another credential."""
        other = type(self)(self._clock, may_bypass=may_bypass)
        other.kept, other._numbers = self.kept, self._numbers
        return other

    async def put(self, key: str, body: bytes, *, retention: Retention | None = None, is_held: bool = False) -> Stored:
        """Add a version."""
        version_id = str(next(self._numbers))
        stored = Stored(key, version_id, len(body), stored_at=self._clock.now(), retention=retention, is_held=is_held)
        self.kept[key, version_id] = _Kept(stored, body)
        return stored

    async def stat(self, key: str, version_id: str | None = None) -> Stored | None:
        """A version with its lock."""
        found = self.kept.get((key, version_id or ""))
        return None if found is None else found.stored

    async def get(self, key: str, version_id: str) -> bytes | None:
        """Its bytes."""
        found = self.kept.get((key, version_id))
        return None if found is None else found.body

    async def delete(self, key: str, version_id: str | None = None, *, bypass: bool = False) -> None:
        """Remove a version, unless it is locked or held."""
        if version_id is None:
            return  # a marker changes no version
        found = self.kept.get((key, version_id))
        if found is not None and self.is_locked(found.stored, bypass=bypass):
            raise Refused("locked")
        self.kept.pop((key, version_id), None)

    async def delete_many(self, versions: list[Stored], *, bypass: bool = False) -> list[str]:
        """Remove several; returns those that are refused."""
        refused = []
        for version in versions:
            try:
                await self.delete(version.key, version.version_id, bypass=bypass)
            except Refused:
                refused.append(version.version_id)
        return refused

    async def set_retention(
        self, key: str, version_id: str, retention: Retention | None, *, bypass: bool = False
    ) -> None:
        """Lengthen a retention; shorten, weaken or remove it only as `is_weaker` allows."""
        stored = self._there(key, version_id)
        if self.is_weaker(stored.retention, retention) and self.is_locked(
            replace(stored, is_held=False), bypass=bypass
        ):
            raise Refused("locked")
        self._change(replace(stored, retention=retention))

    async def release(self, key: str, version_id: str) -> None:
        """Clear a hold."""
        if (key, version_id) in self.kept:
            self._change(replace(self.kept[key, version_id].stored, is_held=False))

    async def list(self, prefix: str = "", *, markers: bool = False) -> AsyncIterator[Stored]:
        """What is there; it keeps no markers."""
        for kept in [kept for (key, _), kept in self.kept.items() if key.startswith(prefix)]:
            yield kept.stored

    def is_locked(self, stored: Stored, *, bypass: bool) -> bool:
        """Whether this credential may not delete the version now."""
        retention = stored.retention
        if stored.is_held or retention is None or retention.keep_until <= self._clock.now():
            return stored.is_held
        return retention.mode == "COMPLIANCE" or not (bypass and self._may_bypass)

    def is_weaker(self, before: Retention | None, after: Retention | None) -> bool:
        """Whether a change of retention lets a version go sooner, or to more people."""
        if before is None:
            return False
        return after is None or after.keep_until < before.keep_until or after.mode != before.mode

    def _there(self, key: str, version_id: str) -> Stored:
        if (key, version_id) not in self.kept:
            raise Refused("not there")
        return self.kept[key, version_id].stored

    def _change(self, stored: Stored) -> None:
        place = stored.key, stored.version_id
        self.kept[place] = replace(self.kept[place], stored=stored)
