"""Requests that threads are making, and their end from outside: no store can keep a thread longer than we wait.

Time limits of sockets are per read: a store that sends a byte now and then would hold a thread for ever. So whoever
gives up waiting shuts the socket of the request, and its thread ends at once.
"""

import socket
import threading
from contextlib import suppress
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SILENT_SECONDS = 60.0
"""A backstop: each request has a deadline of its own, and is cut at it."""

_here = threading.local()


class Cut(OSError):
    """This request was given up."""


class Request:
    """What one thread does until `cut` or the end of the `with` block around it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._is_over = False

    def cut(self) -> None:
        """End it now; nothing when it has ended already."""
        with self._lock:
            self._is_over = True
            if self._connection is not None:
                _shut(self._connection)

    def uses(self, connection: HTTPConnection) -> None:
        """Its bytes go over this connection now."""
        with self._lock:
            if self._is_over:
                raise Cut("given up")
            self._connection = connection

    def __enter__(self) -> None:
        _here.request = self

    def __exit__(self, *_: object) -> None:
        _here.request = None
        with self._lock:  # its connection may serve another request from now on
            self._is_over, self._connection = True, None


def _shut(connection: HTTPConnection) -> None:
    sock = connection.sock
    if sock is None:
        return
    with suppress(OSError):  # it is shut already
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not TLS's own, which another thread may be inside of


def _announce(connection: HTTPConnection) -> None:
    request: Request | None = getattr(_here, "request", None)
    if request is not None:
        request.uses(connection)


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _announce(self)

    def request(self, *arguments: Any, **options: Any) -> None:
        _announce(self)
        super().request(*arguments, **options)


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _announce(self)

    def request(self, *arguments: Any, **options: Any) -> None:
        _announce(self)
        super().request(*arguments, **options)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def connection_pool(connections: int, deadline_seconds: float) -> urllib3.PoolManager:
    """As many connections as threads, no retries, no waiting because a store says so (`Retry-After`)."""
    pool = urllib3.PoolManager(
        maxsize=connections,
        block=True,
        timeout=urllib3.Timeout(connect=deadline_seconds, read=SILENT_SECONDS),
        retries=urllib3.Retry(0, respect_retry_after_header=False),
    )
    pool.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return pool
