"""Whatever happens in whatever order, no offset is committed with an undone record before it."""

from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rasid.stream.offsets import Offsets

PARTITIONS = st.integers(0, 3)


class CommitPolicy(RuleBasedStateMachine):
    """Two owners, marks in any order, marks that come too late, rewinds, rebalances and time that passes or not.

    The model holds what was really done, by anybody; offsets have holes, as in a compacted log.
    """

    def __init__(self):
        super().__init__()
        self.offsets = Offsets(interval_seconds=1.0)
        self.now = 0.0
        self.position = {}
        self.undone = {}
        self.last_taken = {}
        self.late = []
        self.committed_at = []
        self.committed = dict.fromkeys(range(4), 0)

    @rule(partitions=st.sets(PARTITIONS))
    def assign(self, partitions):
        """A rebalance: what was not done comes again from the last committed offset on."""
        self.late += [(self.offsets.epoch, p, o) for p, undone in self.undone.items() for o in undone]
        self.offsets.assign(partitions)
        self.position = {partition: self.committed[partition] for partition in partitions}
        self.undone = {partition: set() for partition in partitions}
        self.last_taken = {}

    @precondition(lambda self: self.position)
    @rule(data=st.data(), holes=st.lists(st.integers(1, 3), min_size=1, max_size=5))
    def take(self, data, holes):
        partition = data.draw(st.sampled_from(sorted(self.position)))
        taken = []
        for step in holes:
            taken.append(self.position[partition])
            self.position[partition] += step
        self.offsets.take(partition, taken)
        self.undone[partition].update(taken)
        self.last_taken[partition] = taken[-1]

    @precondition(lambda self: any(self.undone.values()))
    @rule(data=st.data())
    def done(self, data):
        partition = data.draw(st.sampled_from(sorted(p for p, undone in self.undone.items() if undone)))
        offset = data.draw(st.sampled_from(sorted(self.undone[partition])))
        self.offsets.done(self.offsets.epoch, partition, [offset])
        self.undone[partition].discard(offset)

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def done_too_late(self, data):
        epoch, partition, offset = data.draw(st.sampled_from(self.late))
        self.offsets.done(epoch, partition, [offset])

    @precondition(lambda self: self.position)
    @rule(data=st.data())
    def rewind(self, data):
        partition = data.draw(st.sampled_from(sorted(self.position)))
        if self.offsets.first_undone(partition) is not None:
            self.position[partition] = self.offsets.rewind(partition)
            assert all(offset >= self.position[partition] for offset in self.undone[partition])
            self.undone[partition] = set()
            self.last_taken.pop(partition, None)

    # Fractions that sums of floats keep exactly.
    @rule(seconds=st.sampled_from([0.0, 0.25, 1.0]), accepted=st.booleans())
    def commit(self, seconds, accepted):
        self.now += seconds
        offsets = self.offsets.due(self.now)
        if offsets:
            self.committed_at.append(self.now)
        if offsets and accepted:
            self.offsets.committed(self.offsets.epoch, offsets)
            self.committed |= offsets

    @invariant()
    def nothing_undone_lies_before_what_may_be_committed(self):
        for partition, offset in self.offsets.uncommitted().items():
            assert all(undone >= offset for undone in self.undone[partition])

    @invariant()
    def once_all_is_done_all_may_be_committed(self):
        for partition, last in self.last_taken.items():
            if not self.undone[partition]:
                assert self.offsets.first_undone(partition) == last + 1

    @invariant()
    def commits_are_at_least_an_interval_apart(self):
        assert all(later - earlier >= 1.0 for earlier, later in pairwise(self.committed_at))


CommitPolicy.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestCommitPolicy = CommitPolicy.TestCase
