"""What of each assigned partition is done, and which offsets may be committed. Pure: knows no broker and no clock.

A commit names the first record that is *not* done, never how far was read. Assignments are numbered (`epoch`): what a
handler of an old assignment says late is ignored, because somebody else may own the partition by now.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence


class _Partition:
    """One partition in one assignment: what was taken in log order, and what of it is left to do."""

    __slots__ = ("committed", "first_undone", "left", "taken")

    def __init__(self) -> None:
        self.taken: deque[int] = deque()
        self.left: set[int] = set()
        self.first_undone: int | None = None
        self.committed: int | None = None

    def done(self, offsets: Iterable[int]) -> None:
        self.left.difference_update(offsets)
        while self.taken and self.taken[0] not in self.left:
            self.first_undone = self.taken.popleft() + 1


class Offsets:
    """The commit policy of one consumer: contiguous, numbered by assignment, at most one commit per interval."""

    def __init__(self, interval_seconds: float) -> None:
        self.epoch = 0
        self._interval_seconds = interval_seconds
        self._commit_at = 0.0
        self._partitions: dict[int, _Partition] = {}

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions of the current assignment."""
        return frozenset(self._partitions)

    def assign(self, partitions: Iterable[int]) -> None:
        """Begin a new assignment: nothing of the one before counts any more."""
        self.epoch += 1
        self._partitions = {partition: _Partition() for partition in partitions}

    def revoke(self) -> None:
        """End the assignment."""
        self.assign(())

    def start_from(self, partition: int, offset: int) -> None:
        """Note where a partition begins of which nothing has been taken yet."""
        state = self._partitions[partition]
        if state.first_undone is None:
            state.first_undone = state.committed = offset

    def take(self, partition: int, offsets: Sequence[int]) -> None:
        """These records, in log order, have been read and are to be done."""
        self.start_from(partition, offsets[0])
        state = self._partitions[partition]
        state.taken.extend(offsets)
        state.left.update(offsets)

    def done(self, epoch: int, partition: int, offsets: Iterable[int]) -> None:
        """These records are done, in any order; ignored when they were taken under another assignment."""
        if epoch == self.epoch and partition in self._partitions:
            self._partitions[partition].done(offsets)

    def has_undone(self, partition: int) -> bool:
        """Whether records were taken that are not done."""
        return bool(self._partitions[partition].taken)

    def first_undone(self, partition: int) -> int | None:
        """Where the work on a partition goes on; None when nothing is known of it yet."""
        return self._partitions[partition].first_undone

    def rewind(self, partition: int) -> int:
        """Forget what was taken and is not done, because it will be read again from the offset this returns."""
        state = self._partitions[partition]
        if state.first_undone is None:
            message = f"nothing was ever taken of partition {partition}"
            raise LookupError(message)
        state.taken.clear()
        state.left.clear()
        return state.first_undone

    def due(self, now: float) -> Mapping[int, int]:
        """What to commit now; empty until an interval has passed since the last time it was not."""
        offsets = self.uncommitted() if now >= self._commit_at else {}
        if offsets:
            self._commit_at = now + self._interval_seconds
        return offsets

    def uncommitted(self) -> Mapping[int, int]:
        """{partition: last done + 1} wherever that is news to the broker."""
        return {
            partition: state.first_undone
            for partition, state in self._partitions.items()
            if state.first_undone is not None and state.first_undone != state.committed
        }

    def committed(self, epoch: int, offsets: Mapping[int, int]) -> None:
        """The broker has accepted these offsets; ignored when they belong to another assignment."""
        if epoch == self.epoch:
            for partition, offset in offsets.items():
                self._partitions[partition].committed = offset
