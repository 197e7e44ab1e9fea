"""The bytes of a clip behind a link: whole or a range, and not one byte that was not checked against its digest."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from rasid.errors import Altered, Unavailable
from rasid.identity.media_links import MediaLink, MediaLinks
from rasid.runtime.log import get_logger
from services.archive.digests import digest_field
from services.archive.evidence import Clip, Evidence
from services.archive.evidence_desk import EvidenceDesk, altered, whole
from services.archive.lifecycle import check_stored
from services.archive.ports import ClipStore
from services.archive.ranges import ByteRange, read_range

ENDINGS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "video/mp2t": "ts",
    "video/mpeg": "mpg",
    "video/x-msvideo": "avi",
    "video/x-flv": "flv",
    "video/x-ms-asf": "asf",
    "video/x-dahua": "dav",
    "image/jpeg": "jpg",
    "image/png": "png",
}

log = get_logger(__name__)


class BrokenOff(Exception):
    """What was begun cannot be ended truthfully."""


class Showing:
    """Opens links and sends what they open."""

    def __init__(self, links: MediaLinks, desk: EvidenceDesk, clips: ClipStore) -> None:
        self._links = links
        self._desk = desk
        self._clips = clips
        self._reading_whole = asyncio.Lock()

    async def answer(
        self, token: str, range_field: str | None, if_range: str | None, *, is_head: bool = False
    ) -> Response:
        """200 or 206. Raises Forbidden, NotFound, RangeNotSatisfiable, and Conflict for an altered clip."""
        link = self._links.open(token)
        evidence = await self._desk.read(link.object_id)
        clip = check_stored(evidence)
        span = read_range(range_field, if_range, etag=f'"{clip.sha256}"', size_bytes=clip.size_bytes)
        headers = _headers(evidence, clip, span)
        code = 200 if span is None else 206
        if is_head:
            return Response(None, code, headers, clip.media_type)
        clip = await self._with_digests(evidence, link)
        body = self._body(evidence, clip, span, link)
        first = await self._first(body)
        return ClipResponse(_chained(first, body), code, headers, clip.media_type)

    async def _first(self, body: AsyncIterator[bytes]) -> bytes:
        """The first bytes, which are checked by then, while there is still time for another answer."""
        try:
            return await anext(body)
        except BrokenOff:
            raise altered() from None

    async def _body(
        self, evidence: Evidence, clip: Clip, span: ByteRange | None, link: MediaLink
    ) -> AsyncIterator[bytes]:
        start, end = (0, clip.size_bytes) if span is None else (span.start, span.end)
        try:
            async for chunk in self._clips.read(whole(clip), clip.digests, start, end):
                yield chunk
        except Altered as error:
            actor = self._desk.actor(link.subject, link.case_id)
            await self._desk.found_altered(evidence, actor, str(error))
            raise BrokenOff from None

    async def _with_digests(self, evidence: Evidence, link: MediaLink) -> Clip:
        """The clip of a manifest from before there were digests of chunks is read whole at its first showing.

        One at a time: a player asks for several ranges at once, and the first makes what the others need.
        """
        clip = check_stored(evidence)
        if clip.chunk_sha256:
            return clip
        async with self._reading_whole:
            now = await self._desk.read(evidence.evidence_id)
            if not check_stored(now).chunk_sha256:
                actor = self._desk.actor(link.subject, link.case_id)
                if not await self._desk.verify(now, actor):
                    raise altered()
                now = await self._desk.read(evidence.evidence_id)
        return check_stored(now)


class ClipResponse(StreamingResponse):
    """A response with a length that, when it cannot be ended truthfully, visibly breaks off."""

    async def stream_response(self, send: Send) -> None:
        """Send head and body; the server closes the connection of a response that was not completed."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async for chunk in self.body_iterator:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except BrokenOff:
            return
        except Unavailable as error:
            log.warning("a clip could not be sent to its end", what=error.what, why=error.detail)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _chained(first: bytes, rest: Any) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield first
        async for chunk in rest:
            yield chunk


def _headers(evidence: Evidence, clip: Clip, span: ByteRange | None) -> Mapping[str, str]:
    name = f"{evidence.evidence_id}.{ENDINGS.get(clip.media_type, 'bin')}"
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{clip.sha256}"',
        "Repr-Digest": digest_field(clip.sha256),
        "Content-Length": str(clip.size_bytes if span is None else span.end - span.start),
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; media-src 'self'",
        "Referrer-Policy": "no-referrer",
    }
    return headers if span is None else {**headers, "Content-Range": span.content_range}
