"""Following a topic of one partition from a given offset, without a group: every process sees every event."""

import hashlib
from collections.abc import AsyncGenerator

from rasid.errors import InvalidEvent
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.watchdog import Pulse
from rasid.stream.follow import Follower, FollowSettings
from rasid.stream.ports import Bounds, Log, Record
from rasid.stream.received import Received, receive

EPOCH_CHARACTERS = 8

logger = get_logger(__name__)


class Tail:
    """A topic of one partition as a stream that can be resumed. Any number of `follow` may run at the same time."""

    def __init__(
        self,
        log: Log,
        topic: str,
        *,
        clock: Clock,
        pulse: Pulse | None = None,
        settings: FollowSettings | None = None,
    ) -> None:
        self._log = log
        self._topic = topic
        self._clock = clock
        self._pulse = pulse
        self._settings = settings

    async def epoch(self) -> str:
        """A short text that names this incarnation of the topic: offsets mean something only within it.

        Another cluster has another one. A topic that was deleted and made anew in the same cluster has not: an offset
        beyond the end of `bounds` is the sign of that. Raises Unavailable.
        """
        name = f"{await self._log.cluster()}/{self._topic}"
        return hashlib.sha256(name.encode()).hexdigest()[:EPOCH_CHARACTERS]

    async def bounds(self) -> Bounds:
        """The offset of the first event still kept, and the offset the next one will have. Raises Unavailable."""
        return (await self._log.bounds(self._topic))[0]

    async def follow(self, offset: int) -> AsyncGenerator[Received, None]:
        """Every event from `offset` on, for ever, over every outage; from the first still kept when `offset` is older.

        A record that cannot be read is passed over. Whoever stops before being cancelled closes the iterator
        (`contextlib.aclosing`).
        """
        async with Follower(self._log, self._topic, {0: offset}, clock=self._clock, settings=self._settings) as source:
            while True:
                page = await source.page()
                if self._pulse is not None:
                    self._pulse.beat()
                for record in page.records.get(0, ()):
                    if (received := self._receive(record)) is not None:
                        yield received

    def _receive(self, record: Record) -> Received | None:
        try:
            return receive(self._topic, record)
        except InvalidEvent as error:
            logger.warning("an event is passed over", topic=self._topic, offset=record.offset, reason=error.reason)
            return None
