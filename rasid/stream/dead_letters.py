"""Dead letters: records a consumer can never process, kept as they were, with the reason.

A dead letter has the original bytes, key and headers, and the `rasid_*` headers below. It is acknowledged by the broker
before the offset of its record moves.
"""

import asyncio
from dataclasses import dataclass

from rasid.contract.codec import Message
from rasid.contract.fields import utc_text
from rasid.errors import InvalidEvent
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.limit import DeadLetterLimit
from rasid.stream.ports import MessagePublisher, Record

PREFIX = "rasid_"

logger = get_logger(__name__)


class LimitReached(Exception):
    """No further dead letter may be written until an operator has looked at it; says why."""


def dead_letter_topic(topic: str) -> str:
    """Where the dead letters of a topic go (`rasid.contract.topics` declares it)."""
    return f"{topic}.dlq"


def dead_letter(record: Record, topic: str, group: str, error: InvalidEvent, at: str) -> Message:
    """The record as it was, and after its own headers why, where from, for whom and when it became a dead letter."""
    about = {
        "reason": error.reason,
        "detail": error.detail,
        "source_topic": topic,
        "source_partition": str(record.partition),
        "source_offset": str(record.offset),
        "group": group,
        "at": at,
    }
    return Message(
        topic=dead_letter_topic(topic),
        key=record.key or b"",
        value=record.value,
        headers=(
            *((name, value or b"") for name, value in record.headers),
            *((f"{PREFIX}{name}", text.encode()) for name, text in about.items()),
        ),
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """What a dead letter says about itself; nothing of its payload and not its key, which may be a plate."""

    group: str
    reason: str
    detail: str
    source: str
    at: str


def letter(record: Record) -> Letter | None:
    """Read a record of a dead-letter topic; None when it is an operator's word and no dead letter."""
    about = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    if f"{PREFIX}reason" not in about:
        return None
    partition, offset = about.get(f"{PREFIX}source_partition"), about.get(f"{PREFIX}source_offset")
    return Letter(
        group=about.get(f"{PREFIX}group", ""),
        reason=about[f"{PREFIX}reason"],
        detail=about.get(f"{PREFIX}detail", ""),
        source="" if partition is None else f"{about.get(f'{PREFIX}source_topic')} {partition}:{offset}",
        at=about.get(f"{PREFIX}at", ""),
    )


class DeadLetters:
    """Writes the dead letters of one consumer, one at a time, as long as the limit allows."""

    def __init__(
        self,
        topic: str,
        group: str,
        *,
        publisher: MessagePublisher,
        limit: DeadLetterLimit,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self.limit = limit
        self._topic = topic
        self._group = group
        self._publisher = publisher
        self._clock = clock
        self._metrics = metrics
        # Partitions work at the same time; the limit is exact only if they take turns here.
        self._turn = asyncio.Lock()

    async def put(self, record: Record, error: InvalidEvent) -> None:
        """Return when the broker has the dead letter; raises LimitReached (before anything is written), Unavailable."""
        async with self._turn:
            if why := self.limit.reached():
                raise LimitReached(why)
            at = utc_text(self._clock.now())
            await self._publisher.publish_message(dead_letter(record, self._topic, self._group, error, at))
            self.limit.dead(record.key or b"")
        self._metrics.dead_letters.labels(self._topic, error.reason).inc()
        logger.warning(
            "an event became a dead letter",
            topic=self._topic,
            partition=record.partition,
            offset=record.offset,
            reason=error.reason,
        )
