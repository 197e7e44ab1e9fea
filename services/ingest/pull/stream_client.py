"""Reads the endless answer of one camera: Hikvision's alertStream, Dahua's attach.

Whole parts go the way of every post, an event with the pictures that follow it. A connection that says nothing whole
for too long is dead, whatever it drips: cameras send a sign of life every few seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
from msgspec import Struct

from rasid.errors import InvalidEvent
from rasid.runtime.clock import Clock
from services.ingest.connections import Broken
from services.ingest.pull.camera_http import CONNECT_SECONDS, OK
from services.ingest.pull.part_stream import CONTENT_TYPE, PartStream, Piece, joined
from services.ingest.pull.plan import Target
from services.ingest.pull.vault import CameraCredential

# How long a whole event waits for the first byte of a picture that may follow it.
SETTLE_SECONDS = 0.25
MOST_PICTURES = 16
UNAUTHORIZED = frozenset({401, 403})
# A log-in page, an error page: no stream of events has this type.
PAGES = ("text/html", "application/json", "image/")

Take = Callable[[str, bytes], Awaitable[None]]


class Line(Struct, frozen=True):
    """What a conversation with a camera needs: `take` returns when a payload is durable, `connected` is told once.

    `connecting` is held while a connection is made: a city that comes back at once would time itself out.
    """

    take: Take
    connected: Callable[[], Awaitable[None]]
    silence_seconds: float
    limit_bytes: int
    clock: Clock
    connecting: asyncio.Semaphore


async def follow(http: httpx.AsyncClient, target: Target, credential: CameraCredential, line: Line) -> None:
    """Take what the camera sends until the connection ends; always raises Broken."""
    async with line.connecting:
        response = await _connect(http, target, credential)
    try:
        await line.connected()
        stream = PartStream(response.headers.get("content-type", ""), limit_bytes=line.limit_bytes)
        await _listen(response.aiter_raw(), stream, line)
    except InvalidEvent as error:
        raise Broken("too_large", error.detail) from None
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise Broken("cut", type(error).__name__) from None
    finally:
        await response.aclose()
    raise Broken("cut", "the camera ended the stream")


async def _connect(http: httpx.AsyncClient, target: Target, credential: CameraCredential) -> httpx.Response:
    """The camera's answer, whose body has not been read."""
    auth = httpx.DigestAuth(credential.username, credential.password)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            response = await http.send(http.build_request("GET", target.base + target.path), auth=auth, stream=True)
    except TimeoutError:
        raise Broken("unreachable", f"no answer within {CONNECT_SECONDS:g} s") from None
    except httpx.HTTPError as error:
        raise Broken("unreachable", type(error).__name__) from None
    wrong = _wrong(response)
    if wrong is not None:
        await response.aclose()
        raise wrong
    return response


def _wrong(response: httpx.Response) -> Broken | None:
    if response.status_code in UNAUTHORIZED:
        return Broken("refused", "the camera does not take this user and password, or the user may not do this")
    kind = response.headers.get("content-type", "").lower()
    if response.status_code != OK or kind.startswith(PAGES):
        return Broken("not_a_stream", f"answered {response.status_code} and {kind.partition(';')[0] or 'no type'}")
    return None


async def _listen(chunks: AsyncIterator[bytes], stream: PartStream, line: Line) -> None:
    """Until the stream ends. The pending read is kept over a pause: cancelling it would break the connection."""
    group: list[Piece] = []
    alive_at = line.clock.monotonic()
    read = asyncio.ensure_future(anext(chunks, None))
    try:
        while True:
            quiet = SETTLE_SECONDS if group or stream.is_pending else line.silence_seconds
            done, _ = await asyncio.wait({read}, timeout=min(quiet, line.silence_seconds))
            if not done:
                pieces = stream.settle()
            elif (chunk := read.result()) is not None:
                pieces = stream.feed(chunk)
                read = asyncio.ensure_future(anext(chunks, None))
            else:
                await _hand_over(await _grouped(group, stream.settle(), line), line)
                return
            if not pieces and line.clock.monotonic() - alive_at > line.silence_seconds:
                raise Broken("silent", f"nothing whole for {line.silence_seconds:g} s")
            group = await _grouped(group, pieces, line)
            is_over = bool(group) and not done and not stream.is_pending
            if is_over:
                group = await _hand_over(group, line)
            # What the durable way took is not the camera's silence.
            alive_at = line.clock.monotonic() if pieces or is_over else alive_at
    finally:
        await _let_go(read)


async def _let_go(read: "asyncio.Future[bytes | None]") -> None:
    read.cancel()
    await asyncio.wait({read})
    if not read.cancelled():
        read.exception()  # looked at, so that nobody complains that it was not


async def _grouped(group: list[Piece], pieces: list[Piece], line: Line) -> list[Piece]:
    """Hand over each event once the next one begins; what is left waits for its pictures."""
    for piece in pieces:
        is_full = len(group) > MOST_PICTURES or sum(len(one.raw) for one in group) > line.limit_bytes
        if group and (not piece.is_picture or is_full):
            group = await _hand_over(group, line)
        group = [*group, piece]
    return group


async def _hand_over(group: list[Piece], line: Line) -> list[Piece]:
    if group:
        await line.take(CONTENT_TYPE, joined(group))
    return []
