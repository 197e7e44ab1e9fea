"""The HTTP client that cameras are asked with: its answers are bounded, and it follows no camera elsewhere."""

from collections.abc import AsyncIterator

import httpx

CONNECT_SECONDS = 10.0
# What a camera says when it refuses is read to keep the connection in order, but not for ever.
ERROR_BYTES = 64 * 1024
OK = 200


class _Limited(httpx.AsyncByteStream):
    """At most so many bytes of an answer."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = ERROR_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise httpx.ReadError("the camera's refusal does not end")
            yield chunk

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._stream.aclose()


class BoundedErrors(httpx.AsyncBaseTransport):
    """Hands requests on; what is answered to a refused one is bounded. httpx reads it whole to prove itself."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, limited unless it is a success."""
        response = await self._inner.handle_async_request(request)
        if response.status_code != OK and isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Limited(response.stream)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def camera_client() -> httpx.AsyncClient:
    """One client for all cameras: a connection each, no proxy of the environment, no redirects."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(
        transport=BoundedErrors(httpx.AsyncHTTPTransport(limits=limits)),
        timeout=httpx.Timeout(CONNECT_SECONDS, read=None, pool=None),
        follow_redirects=False,
        trust_env=False,
    )
