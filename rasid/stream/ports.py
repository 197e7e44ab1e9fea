"""What the stream needs of a broker, and nothing more.

Two things implement it: the aiokafka adapters beside this file, and the in-memory broker in `rasid.testing`. One
contract suite runs on both. A port is about one topic, so a partition is just its number.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from rasid.contract.codec import Message


class Record(Protocol):
    """One record as it lies in the log; `timestamp` is when the broker appended it, in milliseconds since 1970."""

    @property
    def partition(self) -> int:
        """The partition it lies in."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """When it was appended."""

    @property
    def key(self) -> bytes | None:
        """What is kept in order; also what a compacted topic keeps the last record of."""

    @property
    def value(self) -> bytes | None:
        """The payload; None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """Attributes, in order, possibly repeated."""


Records = Mapping[int, Sequence[Record]]


class CommitRefused(Exception):
    """The partitions belong to somebody else by now; their records come again there."""


class Assignments(Protocol):
    """Whoever works on the partitions a consumer is given. An error raised here comes out of the next poll."""

    async def revoked(self) -> None:
        """The assignment ends when this returns: finish or cancel what runs, commit what is done."""

    async def assigned(self, partitions: Collection[int]) -> None:
        """A new assignment begins, from the committed offsets, with nothing paused."""


class GroupConsumer(Protocol):
    """One member of a consumer group on one topic. It commits nothing by itself.

    May be started again after it was stopped. `pause`, `resume` and `seek` do nothing on a partition that is not ours
    any more.
    """

    async def start(self, assignments: Assignments) -> None:
        """Join the group and wait for the first assignment; raises Unavailable."""

    async def stop(self) -> None:
        """Leave the group; does not end the assignment in order, that is for the caller to do before. Never raises."""

    async def poll(self, timeout_seconds: float) -> Records:
        """The next records of every partition that is not paused; empty when none came in time. Raises Unavailable.

        Nothing is lost when it is cancelled, and from the moment records are taken out to the caller's next step no
        other task runs: a rebalance cannot come between.
        """

    def pause(self, partition: int) -> None:
        """Bring no records of this partition. Those already read ahead are dropped, and read again after `resume`."""

    def resume(self, partition: int) -> None:
        """Bring records of this partition again."""

    def seek(self, partition: int, offset: int) -> None:
        """Go on with this offset."""

    async def committed(self, partition: int) -> int | None:
        """The offset the group has committed; None for none. Raises Unavailable."""

    async def commit(self, offsets: Mapping[int, int]) -> None:
        """Commit; raises CommitRefused or Unavailable."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The offset of the first record a partition still holds, and the offset after its last."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """Records read without a group, and where reading goes on (beyond offsets that hold no record any more)."""

    records: Records
    positions: Mapping[int, int]


class LogReader(Protocol):
    """Reads some partitions of a topic onward, without a group."""

    async def page(self, timeout_seconds: float) -> Page:
        """The next records; none when none came in time."""


class Log(Protocol):
    """Topics as they lie in the broker, looked at without belonging to a group."""

    async def cluster(self) -> str:
        """The id of this cluster; another one after it was set up anew. Raises Unavailable."""

    async def bounds(self, topic: str) -> Mapping[int, Bounds]:
        """Where each partition begins and ends now, asked over a fresh connection. Raises Unavailable."""

    def open(self, topic: str, starts: Mapping[int, int]) -> AbstractAsyncContextManager[LogReader]:
        """Read these partitions from these offsets on; entering it raises Unavailable.

        An offset that the broker does not hold (any more) means: from the first one it holds.
        """


class MessagePublisher(Protocol):
    """Publishes a message as it is."""

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Return when the broker has acknowledged it; raises Unavailable, or InvalidEvent when it is too large."""
