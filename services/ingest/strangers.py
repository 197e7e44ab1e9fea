"""Who was refused lately: devices nobody registered, wrong passwords, one that speaks for another. No IO.

Kept in memory, so it is what this process has seen since it started, and says which that is: behind a proxy each
question may reach another. The newest are kept. What a stranger claims is
text of a stranger: only what could be an identifier is repeated.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from rasid.contract.fields import is_identifier

MOST = 500


@dataclass(frozen=True, slots=True)
class Stranger:
    """One sender that was refused for one reason, and how often.

    `claimed` is the identifier it used, None when that is none; `peer` is where it came from, as far as this process
    can see: behind a proxy that is the proxy.
    """

    claimed: str | None
    peer: str | None
    reason: str
    count: int
    first_at: datetime
    last_at: datetime


class Strangers:
    """The senders that were refused, the latest last, by `process` since then: its machine's name and its port."""

    def __init__(self, process: str, since: datetime) -> None:
        self.process = process
        self.since = since
        self._seen: OrderedDict[tuple[str | None, str | None, str], Stranger] = OrderedDict()

    def note(self, claimed: str, peer: str | None, reason: str, now: datetime) -> None:
        """Somebody was refused."""
        name = claimed if is_identifier(claimed) else None
        key = (name, peer, reason)
        known = self._seen.pop(key, None)
        if known is None:
            self._seen[key] = Stranger(name, peer, reason, 1, now, now)
        else:
            self._seen[key] = replace(known, count=known.count + 1, last_at=now)
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)

    def latest(self) -> tuple[Stranger, ...]:
        """All that are kept, the latest first."""
        return tuple(reversed(self._seen.values()))
