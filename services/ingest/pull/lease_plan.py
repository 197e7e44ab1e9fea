"""Which cameras a process takes of those that it may: plain values and a decision. No IO."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

LEASE_SECONDS = 30.0
# Clocks of machines that work together differ by so much at most: those that are further off do not begin.
LONGEST = timedelta(seconds=LEASE_SECONDS + 30)


class Lease(Struct, frozen=True):
    """Who owns a camera, and until when if it is not renewed."""

    owner: str
    until: datetime


class Claim(Struct, frozen=True):
    """What is renewed, what is taken over from somebody who has gone, and what nobody has had."""

    kept: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def claim(
    wanted: Iterable[str],
    present: Mapping[str, Lease],
    owner: str,
    now: datetime,
    most: int | None = None,
) -> Claim:
    """What is ours stays ours; of what nobody holds so many are taken that it is `most` (None: all) altogether.

    A lease that ends later than one that begins now was taken by a clock that is ahead: its owner may have died since,
    and nobody would ask that camera for as long as the clock was off. So it counts as lapsed.
    """
    ids = sorted(set(wanted))
    kept = tuple(one for one in ids if one in present and present[one].owner == owner)
    free = [one for one in ids if one not in present or (present[one].owner != owner and _is_over(present[one], now))]
    # Everybody begins elsewhere: processes that start together would all try the same ones.
    free.sort(key=lambda one: hashlib.blake2b(f"{owner}/{one}".encode(), digest_size=8).digest())
    taken = free if most is None else free[: max(0, most - len(kept))]
    return Claim(
        kept,
        lapsed=tuple(one for one in taken if one in present),
        new=tuple(one for one in taken if one not in present),
    )


def _is_over(lease: Lease, now: datetime) -> bool:
    return not now <= lease.until <= now + LONGEST
