"""A broker in memory: topics, consumer groups and faults, in the shape that `rasid.stream.ports` asks for.

One contract suite runs on this and on real Kafka, so that what a fast test shows is what production does.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from zlib import crc32

from msgspec import Struct

from rasid.contract.codec import Message, encode
from rasid.contract.envelope import Event
from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.clock import Clock, SystemClock
from rasid.stream.ports import Bounds, Page
from rasid.testing.groups import Group, MemoryConsumer

MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """One record of the log; implements `ports.Record`."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()


class MemoryBroker:
    """Holds everything. `is_away` makes every request fail as it does when nobody answers."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.is_away = False
        self._clock = clock or SystemClock()
        self._topics: dict[str, list[list[MemoryRecord]]] = {}
        self._groups: dict[tuple[str, str], Group] = {}
        self._changed = asyncio.Event()

    def create(self, topic: str, partitions: int = 1) -> None:
        """Make a topic."""
        self._topics[topic] = [[] for _ in range(partitions)]

    def append(self, message: Message, partition: int | None = None) -> MemoryRecord:
        """Put a record at the end of the partition, its key's one unless said."""
        log = self._topics[message.topic]
        number = crc32(message.key) % len(log) if partition is None else partition
        timestamp = int(self._clock.now().timestamp() * 1000)
        record = MemoryRecord(number, len(log[number]), timestamp, message.key, message.value, message.headers)
        log[number].append(record)
        self.changed()
        return record

    def partitions(self, topic: str) -> Sequence[Sequence[MemoryRecord]]:
        """What each partition of a topic holds; raises Unavailable while away, and when there is no such topic."""
        self.answer()
        if topic not in self._topics:
            raise Unavailable("the broker", f"there is no topic {topic}")
        return self._topics[topic]

    def committed(self, topic: str, group: str) -> Mapping[int, int]:
        """The offsets a group has committed."""
        return self._groups[topic, group].committed

    def consumer(self, topic: str, group: str) -> MemoryConsumer:
        """A new member, not yet started, of a consumer group on one topic."""
        return MemoryConsumer(self, topic, self._groups.setdefault((topic, group), Group()))

    def log(self) -> "MemoryLog":
        """The topics without a group."""
        return MemoryLog(self)

    def publisher(self) -> "MemoryPublisher":
        """A producer."""
        return MemoryPublisher(self)

    def answer(self) -> None:
        """Raise Unavailable while away."""
        if self.is_away:
            raise Unavailable("the broker", "the test took it away")

    def changed(self) -> None:
        """Wake whoever waits for records or an assignment."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return when something has changed, or after a while."""
        changed = self._changed
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await changed.wait()


class MemoryLog:
    """Implements `ports.Log`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def cluster(self) -> str:
        """The id of this broker."""
        self._broker.answer()
        return "memory"

    async def bounds(self, topic: str) -> Mapping[int, Bounds]:
        """Where each partition begins and ends now."""
        return {number: Bounds(0, len(log)) for number, log in enumerate(self._broker.partitions(topic))}

    @asynccontextmanager
    async def open(self, topic: str, starts: Mapping[int, int]) -> AsyncIterator["MemoryLogReader"]:
        """Read these partitions from these offsets on."""
        ends = {number: bounds.end for number, bounds in (await self.bounds(topic)).items()}
        held = {number: offset if offset <= ends[number] else 0 for number, offset in starts.items()}
        yield MemoryLogReader(self._broker, topic, held)


class MemoryLogReader:
    """Implements `ports.LogReader`."""

    def __init__(self, broker: MemoryBroker, topic: str, positions: dict[int, int]) -> None:
        self._broker = broker
        self._topic = topic
        self._positions = positions

    async def page(self, timeout_seconds: float) -> Page:
        """The next records; none when none came in time."""
        page = self._read()
        if not page.records:
            await self._broker.wait(timeout_seconds)
            page = self._read()
        return page

    def _read(self) -> Page:
        log = self._broker.partitions(self._topic)
        records = {number: log[number][offset:] for number, offset in self._positions.items() if log[number][offset:]}
        self._positions |= {number: found[-1].offset + 1 for number, found in records.items()}
        return Page(records, dict(self._positions))


class MemoryPublisher:
    """Implements `rasid.runtime.publishing.Publisher` and `ports.MessagePublisher`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> None:
        """Append the event; raises Unavailable while the broker is away."""
        await self.publish_message(encode(event), deadline_seconds=deadline_seconds)

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Append the message; raises Unavailable while the broker is away, InvalidEvent when it is too large."""
        del deadline_seconds
        await asyncio.sleep(0)
        self._broker.answer()
        if len(message.value or b"") >= MOST_BYTES and not message.topic.endswith(".dlq"):
            raise InvalidEvent("too_large", f"more than {MOST_BYTES} bytes")
        self._broker.append(message)
