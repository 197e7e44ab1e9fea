"""The ports of an engine: free ones, chosen once and remembered in its folder."""

import json
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from tools.engines.errors import EngineError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Choice:
    """The port of each name, and a sentence for each that could not be the one of last time."""

    ports: Mapping[str, int]
    moved: tuple[str, ...] = ()


def choose(
    names: Iterable[str], candidates: Iterable[int], remembered: Mapping[str, int], take: Callable[[int], bool]
) -> Choice:
    """Keep each remembered port that can be had; give every other name the first candidate that can.

    `take` says whether a port can be had, and is asked of none that is not then used when it can.

    Raises:
        EngineError: the candidates are exhausted.
    """
    kept = {name: remembered[name] for name in names if name in remembered and take(remembered[name])}
    fresh = (port for port in candidates if port not in kept.values() and take(port))
    ports = {name: kept.get(name) or next(fresh, 0) for name in names}
    if 0 in ports.values():
        raise EngineError("No port is free for an engine", "end what is left of other programs: `ss -ltnp` shows them")
    moved = tuple(
        f"port {remembered[name]} ({name}) was taken by another program, so it is {port} now"
        for name, port in ports.items()
        if remembered.get(name, port) != port
    )
    return Choice(ports, moved)


def candidates(span: range, folder: Path) -> Iterable[int]:
    """Every port of `span`, from a place that depends on the folder, so that two folders seldom want the same.

    Spans lie below 32768, where Linux begins to hand out ports to outgoing connections.
    """
    first = crc32(str(folder).encode()) % len(span)
    return (*span[first:], *span[:first])


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just closed is free for a server
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def load(path: Path) -> dict[str, int]:
    """The remembered ports; none when the file is missing or unreadable (a power cut may leave it empty)."""
    try:
        return {str(name): int(port) for name, port in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save(path: Path, ports: Mapping[str, int]) -> None:
    """Remember the ports for the next start."""
    path.write_text(json.dumps(dict(ports), indent=2) + "\n", encoding="utf-8")
