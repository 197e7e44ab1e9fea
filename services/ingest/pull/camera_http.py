"""The HTTP client that cameras are asked with: its answers are bounded, and it goes nowhere but to cameras."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx

from services.ingest.connections import Broken
from services.ingest.pull_address import why_not

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


async def resolved(host: str) -> list[str]:
    """The IP addresses behind a host name, or the address itself; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class CheckedAddresses(httpx.AsyncBaseTransport):
    """Resolves names, and connects to the very addresses that were judged: a name may soon stand for another."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        loopback: bool,
        resolve: Callable[[str], Awaitable[list[str]]] = resolved,
    ) -> None:
        self._inner = inner
        self._loopback = loopback
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the first address that connects; raises Broken where no camera is asked."""
        try:
            addresses = await self._resolve(request.url.host)
        except OSError:
            raise httpx.ConnectError("the host name is not known") from None
        for address in addresses:
            why = why_not(address, loopback=self._loopback)
            if why is not None:
                raise Broken("unreachable", f"its address {why}")
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_at(request, address))
            except httpx.ConnectError:
                continue
        return await self._inner.handle_async_request(_at(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _at(request: httpx.Request, address: str) -> httpx.Request:
    """The same request, its `Host` included, to this address."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=request.extensions,
    )


def camera_client(*, loopback: bool) -> httpx.AsyncClient:
    """One client for all cameras: a connection each, no proxy of the environment, no redirects.

    `loopback`: this machine itself may be asked, which is for tests.
    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(
        transport=BoundedErrors(CheckedAddresses(httpx.AsyncHTTPTransport(limits=limits), loopback=loopback)),
        timeout=httpx.Timeout(CONNECT_SECONDS, read=None, pool=None),
        follow_redirects=False,
        trust_env=False,
    )
