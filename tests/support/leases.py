"""Leases of several processes in one place, which never lapse by themselves."""

from datetime import timedelta

from rasid.testing.clock import START
from services.ingest.pull.lease_plan import LEASE_SECONDS, Lease, claim

HELD_UNTIL = START + timedelta(seconds=LEASE_SECONDS)


class MemoryLeases:
    """What one process holds of `owners`, a dict that all of them share."""

    def __init__(self, owners, owner):
        self.owners = owners
        self.owner = owner

    async def hold(self, wanted, *, most=None):
        present = {name: Lease(owner, HELD_UNTIL) for name, owner in self.owners.items()}
        plan = claim(wanted, present, self.owner, START, most)
        self.owners |= dict.fromkeys(plan.new, self.owner)
        return frozenset((*plan.kept, *plan.new))

    async def owned(self, wanted):
        return sum(one in self.owners for one in wanted)

    async def release(self, camera_ids):
        for one in camera_ids:
            if self.owners.get(one) == self.owner:
                del self.owners[one]
