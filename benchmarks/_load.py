"""An HTTP client small enough not to be what is measured: prepared requests, kept-alive connections, loopback only."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle

# A server closes a connection on which nothing came for 75 s; a post that meets that is no refusal.
IDLE_SECONDS = 30.0
LOOPBACK = "127.0.0.1"
OK = 200


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {LOOPBACK}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Answers:
    """What came back."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    def percentile_ms(self, percent: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.seconds)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000, 1)


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; returns status and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(LOOPBACK, self._port)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return status, await reader.readexactly(length)

    async def close(self) -> None:
        """Close it; the next question opens a new one."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            with suppress(OSError):
                await streams[1].wait_closed()


async def until_it_answers(port: int, request: bytes) -> None:
    """Wait for a server that has just been started; gives up after a minute."""
    for _ in range(1200):
        try:
            await Connection(port).ask(request)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            return
    raise SystemExit("the server to be measured did not come up")


async def saturate(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> tuple[float, Answers]:
    """Keep every connection busy; returns answers a second that were 200, and what came back."""
    answers = Answers()
    source: Iterator[bytes] = cycle(requests)
    end = time.perf_counter() + seconds

    async def worker() -> None:
        connection = Connection(port)
        while time.perf_counter() < end:
            await _timed(connection, next(source), answers)
        await connection.close()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(worker())
    return (len(answers.seconds) - answers.refused) / (time.perf_counter() - began), answers


async def steadily(
    port: int,
    requests: Iterator[bytes],
    *,
    rate: float,
    seconds: float,
    on_answer: Callable[[float, bytes], None],
) -> Answers:
    """Send `rate` requests a second whatever the answers take; `on_answer` gets when it began and the body."""
    answers = Answers()
    idle: list[tuple[float, Connection]] = []
    due = time.monotonic()
    end = due + seconds

    async def free() -> Connection:
        while idle:
            since, connection = idle.pop()
            if time.monotonic() - since < IDLE_SECONDS:
                return connection
            await connection.close()
        return Connection(port)

    async def one(request: bytes) -> None:
        connection = await free()
        began = time.monotonic()
        body = await _timed(connection, request, answers)
        on_answer(began, body)
        idle.append((time.monotonic(), connection))

    async with asyncio.TaskGroup() as group:
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            group.create_task(one(next(requests)))
            due += 1 / rate
    for _, connection in idle:
        await connection.close()
    return answers


async def _timed(connection: Connection, request: bytes, answers: Answers) -> bytes:
    """An answer, or a refusal: a connection that an overloaded server resets is one too."""
    began = time.perf_counter()
    try:
        status, body = await connection.ask(request)
    except (OSError, asyncio.IncompleteReadError):
        await connection.close()
        answers.refused += 1
        return b"{}"
    answers.seconds.append(time.perf_counter() - began)
    answers.refused += status != OK
    return body
