"""A consumer held by the dead-letter limit, and the operator's word that lets it go on.

How *resume* reaches a running process: as a record on the dead-letter topic itself, with the headers
`rasid_control: resume` and `rasid_group`. A held consumer follows the end of that topic. So the command needs nothing
but Kafka, works for every process of the group at once, and leaves a trace beside what it is about; whoever may write
there is a consumer of the topic anyway. The alternatives need more: an HTTP route needs a token and the address of each
process, a document in the database ties the stream to a store, a file ties it to one machine.

A hold is not remembered over a restart: a process that starts anew writes dead letters up to the limit again, and is
held again. Nothing is lost by that, and nothing is skipped.
"""

from rasid.contract.codec import Message
from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.dead_letters import dead_letter_topic
from rasid.stream.follow import Follower
from rasid.stream.ports import Log, MessagePublisher, Page, Record

CONTROL = "rasid_control"
GROUP = "rasid_group"
RESUME = b"resume"
AGAIN_SECONDS = 1.0

logger = get_logger(__name__)


def resume_message(topic: str, group: str) -> Message:
    """The record that lets the consumers of `group` on `topic` go on."""
    headers = ((CONTROL, RESUME), (GROUP, group.encode()))
    return Message(topic=dead_letter_topic(topic), key=b"rasid-control", value=b"", headers=headers)


def resumes(record: Record, group: str) -> bool:
    """Whether this record lets `group` go on."""
    headers = dict(record.headers)
    return headers.get(CONTROL) == RESUME and headers.get(GROUP) == group.encode()


async def resume(publisher: MessagePublisher, topic: str, group: str) -> None:
    """Let the held consumers of `group` on `topic` go on; raises Unavailable. Harmless when none is held."""
    await publisher.publish_message(resume_message(topic, group))


class Hold:
    """Tells everyone that a consumer is held, and waits until it is resumed."""

    def __init__(
        self,
        topic: str,
        group: str,
        *,
        log: Log,
        clock: Clock,
        metrics: Metrics,
        readiness: Readiness,
    ) -> None:
        self._topic = topic
        self._group = group
        self._log = log
        self._clock = clock
        self._metrics = metrics
        self._readiness = readiness
        self._part = f"dead letters of {topic}"

    async def until_resumed(self, why: str) -> None:
        """Return when an operator's `resume` has come that was given after this was called."""
        logger.error("the dead-letter limit holds a consumer", topic=self._topic, group=self._group, why=why)
        self._metrics.consumer_stopped.labels(self._topic).set(1)
        self._readiness.not_ready(self._part, f"held: {why}")
        starts = await self._end()
        # Only now can the command be offered: what is written from here on is read.
        self._readiness.not_ready(
            self._part,
            f"held: {why}; look with `rasid dead-letters list {self._topic}`, mend what is wrong, "
            f"then `rasid dead-letters resume {self._topic} {self._group}`",
        )
        async with Follower(self._log, dead_letter_topic(self._topic), starts, clock=self._clock) as follower:
            while not self._is_resumed(await follower.page()):
                pass
        self._metrics.consumer_stopped.labels(self._topic).set(0)
        self._readiness.ready(self._part)

    def _is_resumed(self, page: Page) -> bool:
        return any(resumes(record, self._group) for records in page.records.values() for record in records)

    async def _end(self) -> dict[int, int]:
        while True:
            try:
                bounds = await self._log.bounds(dead_letter_topic(self._topic))
            except Unavailable:
                await self._clock.sleep(AGAIN_SECONDS)
            else:
                return {partition: bound.end for partition, bound in bounds.items()}
