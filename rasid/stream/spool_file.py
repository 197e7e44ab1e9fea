"""What waits on the local disk for something that is away: one SQLite file, for one process.

`synchronous=FULL` with a write-ahead log: what `commit` has returned for is on the disk, a power cut or not. SQLite's
own checksums leave out a torn end of its log; a checksum of ours beside each row finds what a bad disk has altered.
A file that cannot be read as a database is set aside, and what is readable in it goes on in a new one.

Everything here blocks and belongs to one thread at a time; `spool.py` keeps it off the event loop.
"""

import errno
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from rasid.errors import Full, Unavailable
from rasid.runtime.log import get_logger
from rasid.stream.spool_ballast import BALLAST_BYTES, Ballast
from rasid.stream.spool_row import SCHEMA, Depth, Fresh, Row, depth, insert, next_number, select
from rasid.stream.spool_salvage import change_over, copy, finish, is_damage, remove, salvaged_of, sync

T = TypeVar("T")

WHAT = "the spool"
# A time before this is a clock that was not set yet.
PLAUSIBLE_MS = 1_767_225_600_000  # 2026-01-01

_SETTINGS = (
    "PRAGMA locking_mode=EXCLUSIVE",  # first: one process has it, and no shared memory file is needed
    "PRAGMA auto_vacuum=INCREMENTAL",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",  # what has gone on its way, or outlived its time, shall not be left on the disk
    "PRAGMA journal_size_limit=16777216",
)

log = get_logger(__name__)


class SpoolFile:
    """One file in a folder that nobody else uses. Every method raises Unavailable, and Full when the disk is."""

    def __init__(self, path: Path, *, ballast_bytes: int = BALLAST_BYTES) -> None:
        self.path = path
        self.lost = 0
        """Rows that could not be read any more, as far as can be told, since this object was made."""
        self._database: sqlite3.Connection | None = None
        self._ballast = Ballast(path.with_suffix(".ballast"), ballast_bytes)
        self._is_damaged = False
        self._next = 1

    def open(self, now_ms: int) -> Depth:
        """Open it, or make it; what has an impossible time counts from now."""
        with suppress(Full):  # what is there can be emptied all the same
            self._hold_ballast()
        self._do(lambda database: _mend_times(database, now_ms))
        return self._do(depth)

    def depth(self) -> Depth:
        """How much waits."""
        return self._do(depth)

    def commit(self, added: Sequence[Fresh], removed: Sequence[int] = ()) -> None:
        """Keep these, in this order, and forget those: all of it, on the disk, or nothing."""
        if added and not removed:  # what stands for rows that go is part of forgetting them
            self._hold_ballast()
        self._do(lambda database: self._commit(database, added, removed))

    def oldest(self, limit: int) -> list[Row]:
        """The rows that came first, in the order in which they came."""
        return self._do(lambda database: select(database, "ORDER BY number LIMIT ?", limit))

    def older(self, kind: str, before_ms: int, limit: int) -> list[Row]:
        """Rows of this kind that came before."""
        where = "WHERE kind=? AND spooled_ms<? ORDER BY spooled_ms LIMIT ?"
        return self._do(lambda database: select(database, where, kind, before_ms, limit))

    def prove(self) -> None:
        """Write something of no meaning, to see whether that can be done."""
        self._hold_ballast()
        self._do(_prove)

    def give_back(self) -> None:
        """Give the disk the room back that nothing needs now."""
        self._do(_give_back)

    def close(self) -> None:
        """Let go of the file."""
        database, self._database = self._database, None
        if database is not None:
            with suppress(sqlite3.Error):
                database.close()

    def delete(self) -> None:
        """Remove the file; only when nothing waits in it."""
        self.close()
        try:
            remove(salvaged_of(self.path))  # first: alone it would be taken for a whole copy
            remove(self.path)
            self._ballast.drop()
        except OSError as error:
            raise _translated(error) from error

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it once; and once more when the file turns out to be damaged, with what could be read of it."""
        for is_last in (False, True):
            try:
                return work(self._opened())
            except (sqlite3.Error, OSError) as error:
                # What the disk has of this transaction is not known now: opening anew finds out, by the checksums.
                self.close()
                self._is_damaged = self._is_damaged or is_damage(error)
                if is_last or not self._is_damaged:
                    raise self._given_up(error) from error
        raise AssertionError  # the last time returns or raises

    def _given_up(self, error: Exception) -> Unavailable:
        translated = _translated(error)
        if isinstance(translated, Full) and self._ballast.is_held:
            self._ballast.drop()
            with suppress(sqlite3.Error):
                _give_back(self._opened())
        return translated

    def _hold_ballast(self) -> None:
        """Nothing more is kept unless there is room to forget it again."""
        try:
            self._ballast.hold()
        except OSError as error:
            raise _translated(error) from error

    def _opened(self) -> sqlite3.Connection:
        if self._is_damaged:
            self._salvage()
        if self._database is None:
            finish(self.path)
            self._database = _connect(self.path)
            # Never one that was given before: a row that was sent is forgotten by its number, perhaps once more.
            self._next = max(self._next, next_number(self._database))
        return self._database

    def _commit(self, database: sqlite3.Connection, added: Sequence[Fresh], removed: Iterable[int]) -> None:
        database.execute("BEGIN IMMEDIATE")
        insert(database, enumerate(added, self._next))
        database.executemany("DELETE FROM held WHERE number=?", [(number,) for number in removed])
        database.execute("COMMIT")
        self._next += len(added)

    def _salvage(self) -> None:
        salvaged = salvaged_of(self.path)
        remove(salvaged)
        database = _connect(salvaged)
        try:
            database.execute("BEGIN IMMEDIATE")
            kept, lost = copy(self.path, database)
            database.execute("COMMIT")
        finally:
            database.close()
        aside = change_over(self.path)
        self._is_damaged = False
        self.lost += lost
        log.error("the spool's file was damaged: what is readable goes on", kept=kept, lost=lost, aside=aside.name)


def _connect(path: Path) -> sqlite3.Connection:
    is_new = not path.exists()
    # Whichever thread needs it first opens it; two never use it at the same time.
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
    try:
        for setting in _SETTINGS:
            database.execute(setting).fetchall()
        database.executescript(SCHEMA)
    except BaseException:
        database.close()
        raise
    if is_new:
        sync(path.parent)
    return database


def _mend_times(database: sqlite3.Connection, now_ms: int) -> None:
    wrong = "spooled_ms<? OR spooled_ms>?"
    database.execute(f"UPDATE held SET spooled_ms=? WHERE {wrong}", (now_ms, PLAUSIBLE_MS, now_ms))  # noqa: S608 - our own words, values apart


def _prove(database: sqlite3.Connection) -> None:
    number = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute(f"PRAGMA user_version={(int(number) + 1) % 1000}")


def _give_back(database: sqlite3.Connection) -> None:
    database.executescript("PRAGMA incremental_vacuum")  # `execute` would do one page of it
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _translated(error: Exception) -> Unavailable:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", 0) in {errno.ENOSPC, errno.EDQUOT}:
        return Full(WHAT, "its disk has no room left")
    return Unavailable(WHAT, f"its disk does not take it ({name})")
