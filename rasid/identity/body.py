"""A request's body, read whole and within a limit before its handler runs: the audit record commits to it."""

from fastapi import Request
from starlette.types import Message

from rasid.errors import TooLarge


async def read_body(request: Request, most_bytes: int) -> tuple[bytes, Request]:
    """The body, and the request as its handler may read it again; raises TooLarge as soon as it is clear.

    The bytes are counted as they come: a declared length is a claim like any other.
    """
    chunks = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most_bytes:
            detail = f"This address takes a body of at most {most_bytes} bytes; send less at a time."
            raise TooLarge("body-too-large", detail)
        chunks.append(chunk)
    return (body := b"".join(chunks)), _again(request, body)


def _again(request: Request, body: bytes) -> Request:
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return await request.receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
