"""HTTP clients of what people, cameras and probes use, some dozens a second."""

import ssl
from functools import cache
from typing import Any

import httpx


def http_client(address: str = "", **options: Any) -> httpx.AsyncClient:
    """A client as `httpx.AsyncClient(base_url=address, ...)` makes it."""
    return httpx.AsyncClient(base_url=address, verify=_certificates(), **options)


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates that are trusted: httpx would read all of them for each client, which takes 30 ms."""
    return httpx.create_ssl_context()
