"""The path of one post: read it, keep its pictures, publish its events and dead letters, and only then say so.

Whoever is answered 200 or 422 can forget the payload: it is in Kafka, or on the disk on its way there. Everything else
is an error that says so.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.codec import Message, check, encode
from rasid.contract.envelope import Event
from rasid.contract.topics import INGEST_DEAD_LETTERS
from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.ingest.dead_letters import dead_letter
from services.ingest.heartbeats import Heartbeats, is_heartbeat, of_its_minute
from services.ingest.normalize import Normalized, StoredPicture
from services.ingest.payload.reading import CameraContext, Refusal
from services.ingest.read import Result, read_payload

# A larger body is read beside the event loop: cutting and hashing it would hold the others up.
INLINE_BYTES = 256 * 1024
MOST_LABELS = 256
PICTURE_NOT_STORED = "picture_not_stored"
PICTURE_NOT_AN_IMAGE = "picture_not_an_image"
HEARTBEAT_REPEATED = "heartbeat_repeated"
UNKNOWN_ADAPTER = "none"
READING_FAILED = "this is a fault of Rasid, not of the camera: it has been logged, and the payload is kept"

Sound = tuple[Event[Struct], Message]
# Who wants to know which camera was heard when, and what it said.
Heard = Callable[[str, datetime, Sequence[Event[Struct]]], None]

log = get_logger(__name__)


class Bus(Protocol):
    """What takes events and dead letters; `rasid.stream` provides it."""

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Return when the broker has it; raises Unavailable, or InvalidEvent when it is too large."""


class PictureKeeper(Protocol):
    """What takes pictures."""

    async def keep(self, pictures: Sequence[StoredPicture], received_at: datetime) -> list[str | None]:
        """The `uri` of each that is durable now; never raises Unavailable and never waits long."""


class Post(Struct, frozen=True):
    """One post as it came in, with the request's headers; or a message, with its MQTT topic and retained flag."""

    content_type: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    topic: str = ""
    is_retained: bool = False


class Outcome(Struct, frozen=True):
    """What became of a post, all of it durable: ids of its events, refused parts, and codes worth a look."""

    accepted: tuple[str, ...]
    refused: tuple[Refusal, ...]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """In one word, for the metric."""
        if not self.refused:
            return "accepted"
        return "partly" if self.accepted else "refused"


class Intake:
    """Takes posts of cameras. `deadline_seconds` is for all that one post publishes, together."""

    def __init__(
        self,
        bus: Bus,
        pictures: PictureKeeper,
        *,
        metrics: Metrics,
        deadline_seconds: float,
        heard: Heard = lambda *_: None,
    ) -> None:
        self._bus = bus
        self._heard = heard
        self._pictures = pictures
        self._heartbeats = Heartbeats()
        self._metrics = metrics
        self._payloads = lru_cache(MOST_LABELS)(metrics.payloads.labels)
        self._deadline_seconds = deadline_seconds

    async def take(self, camera: CameraContext, post: Post) -> Outcome:
        """Return when the whole post is durable; raises Unavailable when that cannot be had."""
        if len(post.body) <= INLINE_BYTES:
            result = _read(camera, post)
        else:
            result = await asyncio.to_thread(_read, camera, post)
        due = self._due(result.normalized, camera, post)
        events = [one.event for one in due]
        if any(one.pictures for one in due):
            events = await asyncio.gather(*(self._with_pictures(one, post.received_at) for one in due))
        sound, unsound = _sound(events)
        try:
            accepted, refused = await self._publish(camera, post, sound, [*result.refusals, *unsound])
        except Unavailable as error:
            self._metrics.payloads.labels(result.adapter or UNKNOWN_ADAPTER, "unavailable").inc()
            log.warning("a post could not be made durable", camera_id=camera.camera_id, why=str(error))
            raise
        if any(is_heartbeat(event) for event in accepted):
            self._heartbeats.published(camera.camera_id, post.received_at)
        warnings = {code for event in accepted for code in _warnings(event.data)}
        if len(due) < len(result.normalized):
            warnings.add(HEARTBEAT_REPEATED)
        outcome = Outcome(tuple(event.id for event in accepted), tuple(refused), tuple(sorted(warnings)))
        self._count(camera, result, outcome)
        self._heard(camera.camera_id, post.received_at, accepted)
        return outcome

    def _due(self, normalized: Sequence[Normalized], camera: CameraContext, post: Post) -> list[Normalized]:
        """What is to be published: everything, but heartbeats only once a minute."""
        due: list[Normalized] = []
        for one in normalized:
            if not is_heartbeat(one.event):
                due.append(one)
            elif self._heartbeats.is_due(camera.camera_id, post.received_at):
                due.append(replace(one, event=of_its_minute(one.event, camera.camera_id, post.received_at)))
        return due

    async def _with_pictures(self, one: Normalized, received_at: datetime) -> Event[Struct]:
        """The event, once its pictures are durable or have had their time."""
        if not one.pictures:
            return one.event
        uris = await self._pictures.keep(one.pictures, received_at)
        data: Any = one.event.data
        images = tuple(replace(image, uri=uri) for image, uri in zip(data.images, uris, strict=True))
        lost = (PICTURE_NOT_STORED,) if None in uris else ()
        return replace(one.event, data=replace(data, images=images, warnings=(*data.warnings, *lost)))

    async def _publish(
        self,
        camera: CameraContext,
        post: Post,
        sound: Sequence[Sound],
        refusals: Sequence[Refusal],
    ) -> tuple[list[Event[Struct]], list[Refusal]]:
        """Publish events and dead letters at the same time. What the broker will never take is refused as well."""
        sends = self._send(message for _, message in sound)
        sends += self._bury(camera, post, refusals)
        results = await _all(sends)
        accepted: list[Event[Struct]] = []
        too_large: list[Refusal] = []
        for (event, message), error in zip(sound, _checked(results), strict=False):
            if error is None:
                accepted.append(event)
            else:
                too_large.append(Refusal(error.reason, error.detail, message.value or b""))
        if too_large:
            _checked(await _all(self._bury(camera, post, too_large)))
        return accepted, [*refusals, *too_large]

    def _bury(self, camera: CameraContext, post: Post, refusals: Sequence[Refusal]) -> list[Awaitable[None]]:
        """Write the dead letters of refused parts."""
        if not refusals:
            return []
        return self._send(
            dead_letter(camera.camera_id, refusal, post.headers.items(), post.received_at) for refusal in refusals
        )

    def _send(self, messages: Iterable[Message]) -> list[Awaitable[None]]:
        return [self._bus.publish_message(one, deadline_seconds=self._deadline_seconds) for one in messages]

    def _count(self, camera: CameraContext, result: Result, outcome: Outcome) -> None:
        adapter = result.adapter or UNKNOWN_ADAPTER
        self._payloads(adapter, outcome.name).inc()
        for kind, number in result.dropped.items():
            self._metrics.attributes_dropped.labels(adapter, kind).inc(number)
        if result.unknown_fields:
            self._metrics.unknown_fields.labels(adapter).inc(result.unknown_fields)
        if PICTURE_NOT_AN_IMAGE in outcome.warnings:
            self._metrics.pictures.labels("refused").inc()
        for refusal in outcome.refused:
            self._metrics.dead_letters.labels(INGEST_DEAD_LETTERS.name, refusal.reason).inc()
            log.warning("a part of a post was refused", camera_id=camera.camera_id, reason=refusal.reason)


def _read(camera: CameraContext, post: Post) -> Result:
    try:
        return read_payload(
            post.content_type, post.body, post.received_at, camera, topic=post.topic, is_retained=post.is_retained
        )
    except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the read: the camera will not send it again
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{frame.filename}:{frame.lineno}"
        log.error("reading a post failed", error=type(error).__name__, where=where)  # noqa: TRY400 - its words may quote a plate
        return Result(refusals=(Refusal("reading_failed", READING_FAILED, post.body),))


def _sound(events: Iterable[Event[Struct]]) -> tuple[list[Sound], list[Refusal]]:
    """The events as messages that every consumer can read; one that breaks the contract goes no further."""
    sound: list[Sound] = []
    unsound: list[Refusal] = []
    for event in events:
        message = encode(event)
        try:
            check(event, message)
        except InvalidEvent as error:
            unsound.append(Refusal(error.reason, error.detail, message.value or b""))
        else:
            sound.append((event, message))
    return sound, unsound


async def _all(sends: Sequence[Awaitable[None]]) -> list[BaseException | None]:
    """What became of each, all sent at the same time; a single one, the usual case, without a task of its own."""
    if len(sends) != 1:
        return await asyncio.gather(*sends, return_exceptions=True)
    try:
        await sends[0]
    except (Unavailable, InvalidEvent) as error:
        return [error]
    return [None]


def _warnings(data: Any) -> tuple[str, ...]:
    """Every event a camera causes has them; the envelope does not know that."""
    found: tuple[str, ...] = data.warnings
    return found


def _checked(results: Sequence[BaseException | None]) -> list[InvalidEvent | None]:
    """What the broker said to each: nothing, or that it will never take it. Anything else is raised."""
    for result in results:
        if result is not None and not isinstance(result, InvalidEvent):
            raise result
    return [result for result in results if result is None or isinstance(result, InvalidEvent)]
