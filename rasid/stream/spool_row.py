"""A row of the spool: how it lies in the file, with a checksum of ours, and how it is read."""

import sqlite3
from collections.abc import Iterable
from zlib import crc32

from msgspec import Struct

# What a row costs beside its body.
ROW_BYTES = 96

SCHEMA = """
CREATE TABLE IF NOT EXISTS held (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    spooled_ms INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS held_by_age ON held (kind, spooled_ms, size_bytes);
"""


class Fresh(Struct, frozen=True):
    """Something to keep: `kind` says for what, `spooled_ms` since when (milliseconds since 1970)."""

    kind: str
    spooled_ms: int
    body: bytes

    @property
    def size_bytes(self) -> int:
        """What it counts for against the bound."""
        return len(self.body) + ROW_BYTES


class Row(Struct, frozen=True):
    """One thing that waits, at its place in the order; `body` is None when it is not what was written."""

    number: int
    kind: str
    spooled_ms: int
    size_bytes: int
    body: bytes | None


class Depth(Struct, frozen=True):
    """How much waits, and since when the oldest (milliseconds since 1970; None when nothing does)."""

    rows: int
    size_bytes: int
    oldest_ms: int | None


def insert(database: sqlite3.Connection, rows: Iterable[tuple[int, Fresh]]) -> None:
    """Write rows at their numbers."""
    values = [(number, one.kind, one.spooled_ms, one.size_bytes, crc32(one.body), one.body) for number, one in rows]
    database.executemany("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?)", values)


def select(database: sqlite3.Connection, where: str, *values: object) -> list[Row]:
    """The rows that `where`, with what orders and limits them, says."""
    found = database.execute(f"SELECT number, kind, spooled_ms, size_bytes, checksum, body FROM held {where}", values)  # noqa: S608 - our own words, values apart
    return [
        Row(number, kind, spooled_ms, size_bytes, body if crc32(body) == checksum else None)
        for number, kind, spooled_ms, size_bytes, checksum, body in found
    ]


def depth(database: sqlite3.Connection) -> Depth:
    """How much waits. All of it is in the index: no body is read for it."""
    found = database.execute("SELECT count(*), coalesce(sum(size_bytes), 0), min(spooled_ms) FROM held").fetchone()
    return Depth(*found)


def next_number(database: sqlite3.Connection) -> int:
    """The number after the last."""
    last: int | None = database.execute("SELECT max(number) FROM held").fetchone()[0]
    return (last or 0) + 1
