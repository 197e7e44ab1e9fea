"""What the aiokafka adapters share: which errors mean "not now", and how a client is started and closed for sure."""

import asyncio
import traceback
from collections.abc import Coroutine
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from rasid.errors import Unavailable
from rasid.runtime.log import get_logger
from rasid.stream.login import NO_RIGHT, no_right

BACKGROUND_TASKS = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_reset_committed_task")

logger = get_logger(__name__)


def unavailable(error: KafkaError | TimeoutError) -> Unavailable:
    """Translate an error that may pass; raises ConfigurationError when a right is missing, any other error as it is.

    A plain KafkaError is what the client's background tasks end with; a fresh client does not have it.
    """
    if isinstance(error, TimeoutError):
        return Unavailable("Kafka", "no answer within the deadline")
    if isinstance(error, KafkaConnectionError):
        return Unavailable("Kafka", "no broker can be reached")
    if error.retriable or isinstance(error, KafkaTimeoutError) or type(error) is KafkaError:
        return Unavailable("Kafka", str(error) or type(error).__name__)
    if isinstance(error, NO_RIGHT):
        raise no_right(error) from error
    raise error


class Startable(Protocol):
    """A consumer, a producer or an admin client."""

    async def start(self) -> None:
        """Connect."""


async def start(client: Startable, seconds: float) -> None:
    """Start a client that was just made, within a deadline; raises TimeoutError or KafkaError."""
    async with asyncio.timeout(seconds):
        try:
            await client.start()
        except BaseException as error:
            _close_first_connection(error)
            raise


def _close_first_connection(error: BaseException) -> None:
    """Close the connection that aiokafka forgets when it is interrupted while it asks for the cluster's layout.

    Only the interrupted function has it, so that is where it is taken from.
    """
    for frame, _ in traceback.walk_tb(error.__traceback__):
        connection = frame.f_locals.get("bootstrap_conn")
        if connection is not None:
            connection.close()


def look_after(name: str) -> None:
    """See to it that somebody notices how a background request ends that aiokafka has shielded and then forgotten.

    It does so with a commit that is interrupted; asyncio complains of errors that nobody has looked at.
    """
    for task in asyncio.all_tasks():
        if getattr(task.get_coro(), "__name__", "") == name:
            task.add_done_callback(_look_at)


def _look_at(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do something that must not be left half done, also when the caller is cancelled meanwhile."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def close(client: AIOKafkaConsumer, seconds: float) -> None:
    """Stop a client, also one that has never started. Raises nothing of Kafka's.

    aiokafka waits for answers while it stops; with a frozen broker that is the whole request timeout, and when it is
    interrupted its background tasks go on. So after the deadline they are ended one by one.
    """
    await to_the_end(_close(client, seconds))


async def _close(client: AIOKafkaConsumer, seconds: float) -> None:
    await asyncio.sleep(0)  # aiokafka cannot stop a background task that has not begun
    try:
        async with asyncio.timeout(seconds):
            await client.stop()
    except (TimeoutError, KafkaError, asyncio.CancelledError) as error:
        # Nobody cancels this task: aiokafka awaits what it has just cancelled itself, and lets that out.
        logger.warning("a Kafka client is cut off: it could not stop in order", why=repr(error))
        await _cut_off(client)


async def _cut_off(client: AIOKafkaConsumer) -> None:
    coordinator, fetcher = client._coordinator, client._fetcher  # noqa: SLF001 - there is no public way
    tasks = [getattr(coordinator, name, None) for name in BACKGROUND_TASKS]
    endings = [task for task in tasks if task is not None and task.cancel()]
    if fetcher is not None:
        endings.append(fetcher.close())
    await asyncio.gather(*endings, return_exceptions=True)
    await client._client.close()  # noqa: SLF001 - the same
