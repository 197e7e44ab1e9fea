"""Consumer groups of the broker in memory, rebalancing as Kafka's do: everything is revoked, then shared out anew."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol

from rasid.stream.ports import Assignments, CommitRefused, Record, Records

MOST_RECORDS = 1000


class Topics(Protocol):
    """What a consumer needs of the broker."""

    is_away: bool

    def partitions(self, topic: str) -> Sequence[Sequence[Record]]:
        """What each partition of a topic holds; raises Unavailable."""

    def answer(self) -> None:
        """Raise Unavailable while away."""

    def changed(self) -> None:
        """Wake whoever waits."""

    async def wait(self, seconds: float) -> None:
        """Return when something has changed, or after a while."""


class Group:
    """One consumer group on one topic."""

    def __init__(self) -> None:
        self.committed: dict[int, int] = {}
        self.members: list[MemoryConsumer] = []
        self._turn = asyncio.Lock()

    async def join(self, member: "MemoryConsumer") -> None:
        """Let a member in."""
        async with self._turn:
            await self._rebalance([*self.members, member])

    async def leave(self, member: "MemoryConsumer") -> None:
        """Let a member go; nothing of its own is called any more."""
        async with self._turn:
            if member in self.members:
                self.members.remove(member)
                await self._rebalance(self.members)

    async def _rebalance(self, members: Sequence["MemoryConsumer"]) -> None:
        await asyncio.gather(*(member.revoke() for member in self.members))
        self.members = list(members)
        for index, member in enumerate(self.members):
            await member.assign(index, len(self.members))


class MemoryConsumer:
    """Implements `ports.GroupConsumer`."""

    def __init__(self, topics: Topics, topic: str, group: Group) -> None:
        self._topics = topics
        self._topic = topic
        self._group = group
        self._assignments: Assignments | None = None
        self._positions: dict[int, int] = {}
        self._paused: set[int] = set()
        self._is_rebalancing = True
        self._failure: Exception | None = None

    async def start(self, assignments: Assignments) -> None:
        """Join the group."""
        self._topics.partitions(self._topic)
        self._assignments = assignments
        self._failure = None
        await self._group.join(self)

    async def stop(self) -> None:
        """Leave the group."""
        await self._group.leave(self)
        self._positions.clear()

    async def revoke(self) -> None:
        """The group takes everything back."""
        self._is_rebalancing = True
        if self._assignments is not None:
            await self._call(self._assignments.revoked())

    async def assign(self, index: int, members: int) -> None:
        """The group gives out every `members`-th partition, from `index` on."""
        partitions = range(index, len(self._topics.partitions(self._topic)), members)
        self._positions = {partition: self._group.committed.get(partition, 0) for partition in partitions}
        self._paused.clear()
        self._is_rebalancing = False
        if self._assignments is not None:
            await self._call(self._assignments.assigned(partitions))
        self._topics.changed()

    async def _call(self, callback: Awaitable[None]) -> None:
        try:
            await callback
        except Exception as error:  # noqa: BLE001 - raised again by the next poll
            self._failure = error

    async def poll(self, timeout_seconds: float) -> Records:
        """The next records of every partition that is not paused."""
        records = self._take()
        if not records:
            await self._topics.wait(timeout_seconds)
            records = self._take()
        return records

    def _take(self) -> Records:
        if self._failure is not None:
            raise self._failure
        if self._is_rebalancing or self._topics.is_away:
            return {}
        log = self._topics.partitions(self._topic)
        found = {
            partition: log[partition][offset : offset + MOST_RECORDS]
            for partition, offset in self._positions.items()
            if partition not in self._paused and offset < len(log[partition])
        }
        self._positions |= {partition: records[-1].offset + 1 for partition, records in found.items()}
        return found

    def pause(self, partition: int) -> None:
        """Bring no records of this partition."""
        self._paused.add(partition)

    def resume(self, partition: int) -> None:
        """Bring records of this partition again."""
        self._paused.discard(partition)
        self._topics.changed()

    def seek(self, partition: int, offset: int) -> None:
        """Go on with this offset."""
        if partition in self._positions:
            self._positions[partition] = offset

    async def committed(self, partition: int) -> int | None:
        """The offset the group has committed."""
        self._topics.answer()
        return self._group.committed.get(partition)

    async def commit(self, offsets: Mapping[int, int]) -> None:
        """Commit."""
        await asyncio.sleep(0)
        self._topics.answer()
        if self not in self._group.members or not offsets.keys() <= self._positions.keys():
            raise CommitRefused("the partitions belong to somebody else")
        self._group.committed |= offsets
