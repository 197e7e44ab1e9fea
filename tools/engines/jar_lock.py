"""The lock of Kafka's jars: which, how big, and with which SHA-256."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOTS = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.apache.kafka:kafka-clients:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
)
"""What is asked for. Without the explicit `kafka-clients` the resolver picks an older one and the broker dies."""

LOCK_FILE = Path(__file__).with_name("kafka-jars.lock")
HEADER = """\
# The jars of Kafka: coordinate, SHA-256, bytes. Each is checked before every start.
# Written by `rasid engines lock`; not to be edited.
"""


@dataclass(frozen=True)
class Jar:
    """One locked jar."""

    coordinate: str
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """Its name as a file; unlike artifact ids alone, unique in one lock."""
        _group, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    def is_at(self, path: Path) -> bool:
        """Whether exactly this jar is in the file."""
        if not path.is_file() or path.stat().st_size != self.size_bytes:
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256


def measure(coordinate: str, path: Path) -> Jar:
    """The lock entry of a jar as it is in the file."""
    content = path.read_bytes()
    return Jar(coordinate, hashlib.sha256(content).hexdigest(), len(content))


def parse(text: str) -> tuple[Jar, ...]:
    """The jars of a lock's text.

    Raises:
        ValueError: a line is not `group:artifact:version sha256 bytes`, or two jars would share a file name.
    """
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = tuple(Jar(coordinate, sha256, int(size)) for coordinate, sha256, size in lines)
    if len({jar.file_name for jar in found}) != len(found):
        raise ValueError("two jars of the lock have the same file name")
    return found


def render(jars: Iterable[Jar]) -> str:
    """The text of a lock."""
    return HEADER + "".join(f"{jar.coordinate} {jar.sha256} {jar.size_bytes}\n" for jar in jars)
