"""Deadlines for what is done many thousand times a second.

`asyncio.timeout` sets and removes a timer each time, which costs as much as a quarter of a publish. Deadlines of the
same length pass in the order in which they began, so one timer for the oldest of them is enough.
"""

import asyncio
from collections import deque
from types import TracebackType
from typing import Any, Self


class Deadline:
    """One wait. A context manager: raises TimeoutError, as `asyncio.timeout` does, when it took too long."""

    __slots__ = ("_cancelling", "_has_passed", "_line", "at", "task")

    def __init__(self, line: "_Line") -> None:
        self.at = 0.0
        self.task: asyncio.Task[Any] | None = None
        self._line = line
        self._has_passed = False

    def __enter__(self) -> Self:
        # Without the loop it would be looked up, by a call of the system in Python 3.11.
        self.task = asyncio.current_task(self._line.loop)
        self._cancelling = self.task.cancelling() if self.task is not None else 0
        self._line.begin(self)
        return self

    def pass_(self) -> None:
        """Too long."""
        if self.task is not None:
            self._has_passed = True
            self.task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        task, self.task = self.task, None
        self._line.end()
        if self._has_passed and task is not None:
            is_ours = task.uncancel() <= self._cancelling
            if is_ours and kind is asyncio.CancelledError:
                raise TimeoutError from error


class Deadlines:
    """Hands out deadlines; few lengths, many of each."""

    def __init__(self) -> None:
        self._lines: dict[float, _Line] = {}

    def within(self, seconds: float) -> Deadline:
        """A deadline that begins when it is entered."""
        line = self._lines.get(seconds)
        if line is None:
            line = self._lines[seconds] = _Line(seconds, self._lines)
        return Deadline(line)


class _Line:
    """The deadlines of one length, oldest first."""

    __slots__ = ("_is_watched", "_lines", "_seconds", "_waiting", "loop")

    def __init__(self, seconds: float, lines: dict[float, "_Line"]) -> None:
        self.loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._lines = lines
        self._waiting: deque[Deadline] = deque()
        self._is_watched = False

    def begin(self, deadline: Deadline) -> None:
        deadline.at = self.loop.time() + self._seconds
        self._waiting.append(deadline)
        if not self._is_watched:
            self._is_watched = True
            self.loop.call_at(deadline.at, self._look)

    def end(self) -> None:
        waiting = self._waiting
        while waiting and waiting[0].task is None:
            waiting.popleft()

    def _look(self) -> None:
        now = self.loop.time()
        while self._waiting and (self._waiting[0].task is None or self._waiting[0].at <= now):
            self._waiting.popleft().pass_()
        self._is_watched = bool(self._waiting)
        if self._is_watched:
            self.loop.call_at(self._waiting[0].at, self._look)
        else:
            self._lines.pop(self._seconds, None)
