"""A spool's file that cannot be read as a database any more: read as far as it can be, and set aside.

The copy is whole before the damaged file loses its name, so that a process that dies meanwhile begins again.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rasid.stream.spool_row import Fresh, Row, insert, select

SIDES = ("-wal", "-shm", "-journal")
TOGETHER = 64


def is_damage(error: Exception) -> bool:
    """Whether this error says that the file is no sound database."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def remove(path: Path) -> None:
    """Remove a file and what belongs to it."""
    for side in ("", *SIDES):
        path.with_name(path.name + side).unlink(missing_ok=True)


def salvaged_of(path: Path) -> Path:
    """What the copy is called until it is whole."""
    return path.with_name(f"{path.stem}-salvaged.db")


def change_over(path: Path) -> Path:
    """Set the damaged file aside and put the salvaged one in its place; returns the damaged one's new name."""
    aside = _aside(path, _last_number(path) + 1)
    path.rename(aside)
    finish(path)
    return aside


def finish(path: Path) -> None:
    """Put the salvaged file in its place; also when the process died just before that."""
    salvaged = salvaged_of(path)
    if path.exists() or not salvaged.exists():
        return
    # The damaged file's log would be applied to whatever has its name.
    aside = _aside(path, max(1, _last_number(path)))
    for side in SIDES:
        with suppress(FileNotFoundError):
            path.with_name(path.name + side).rename(aside.with_name(aside.name + side))
    sync(path.parent)
    salvaged.rename(path)
    sync(path.parent)


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-damaged-{number}.db")


def _last_number(path: Path) -> int:
    """Of the file that was set aside last; 0 when none was."""
    names = path.parent.glob(f"{path.stem}-damaged-*.db")
    return max((int(number) for name in names if (number := name.stem.rpartition("-")[2]).isdecimal()), default=0)


def copy(damaged: Path, database: sqlite3.Connection) -> tuple[int, int]:
    """Write what can be read into a new database, at its old place in the order.

    Returns how many rows that were, and how many are lost as far as can be told: where whole pages cannot be read, some
    of what is counted may have been gone before.
    """
    kept, lost = 0, 0
    for rows, unreadable in _readable(damaged):
        whole = [(row.number, Fresh(row.kind, row.spooled_ms, row.body)) for row in rows if row.body is not None]
        insert(database, whole)
        kept += len(whole)
        lost += unreadable + len(rows) - len(whole)
    return kept, lost


def sync(folder: Path) -> None:
    """Make the names in a folder durable; SQLite does it for its log, not for a new file."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _readable(path: Path) -> Iterator[tuple[list[Row], int]]:
    """Readable rows, in order; beside them how many were not."""
    database = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        first, end = _bounds(database)
        for start in range(first, end, TOGETHER):
            stop = min(start + TOGETHER, end)
            try:
                yield _between(database, start, stop), 0
            except sqlite3.Error:
                yield from (_single(database, number) for number in range(start, stop))
    except sqlite3.Error:
        yield [], 1
    finally:
        database.close()


def _bounds(database: sqlite3.Connection) -> tuple[int, int]:
    """The first number and the one after the last; where an end is damaged, those that the index still names."""
    try:
        first = database.execute("SELECT min(number) FROM held").fetchone()[0]
        last = database.execute("SELECT max(number) FROM held").fetchone()[0]
    except sqlite3.Error:
        named = _named(database)
        if not named:
            raise
        first, last = min(named), max(named)
    return (1, 1) if first is None else (first, last + 1)


def _named(database: sqlite3.Connection) -> list[int]:
    """The numbers that the index names, up to where it is damaged."""
    named: list[int] = []
    with suppress(sqlite3.Error):
        named.extend(row[0] for row in database.execute("SELECT number FROM held INDEXED BY held_by_age"))
    return named


def _between(database: sqlite3.Connection, first: int, end: int) -> list[Row]:
    return select(database, "WHERE number>=? AND number<? ORDER BY number", first, end)


def _single(database: sqlite3.Connection, number: int) -> tuple[list[Row], int]:
    try:
        return _between(database, number, number + 1), 0
    except sqlite3.Error:
        return [], 1
