"""How often one person may ask, and how often one plate may be asked for: enumeration and stalking have a ceiling.

Counted in this process, and a restart forgets: where several processes of a service run, each allows its share of what
is allowed together, which is as much as it is told that there are (`processes`). A count that all share would cost each
disclosure a write to the database, some milliseconds, and would make it wait or deny when that is away: too much for a
ceiling. Whoever always reaches the same process reaches the ceiling early; who is spread unevenly, a little late.
Whether somebody looks up one plate again and again over weeks is oversight's to find (A8).
"""

from collections.abc import Iterable

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from rasid.errors import TooManyRequests
from rasid.identity.claims import Caller
from rasid.identity.pseudonyms import Pseudonyms
from rasid.runtime.clock import Clock


class Rates:
    """Counts in moving windows. Holds pseudonyms, no plate."""

    def __init__(
        self,
        pseudonyms: Pseudonyms,
        clock: Clock,
        *,
        person_per_minute: int,
        subject_per_hour: int,
        processes: int = 1,
    ) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._person = RateLimitItemPerMinute(_share(person_per_minute, processes))
        self._subject = RateLimitItemPerHour(_share(subject_per_hour, processes))

    def check_person(self, caller: Caller) -> None:
        """Count a request of this person or machine; raises TooManyRequests beyond what is allowed."""
        if not self._limiter.hit(self._person, "person", caller.agency, caller.subject):
            raise _refusal("person", "You ask more often than the system answers one person.", self._person)

    def check_subjects(self, plates: Iterable[str]) -> None:
        """Count a request for each of these plates, whoever asks; raises TooManyRequests beyond what is allowed."""
        at = self._clock.now()
        for pseudonym in sorted({self._pseudonyms.plate(plate, at) for plate in plates}):
            if not self._limiter.hit(self._subject, "subject", pseudonym):
                raise _refusal("subject", "This plate is asked for more often than any case needs it.", self._subject)


def _share(allowed: int, processes: int) -> int:
    """Of one process; never nothing."""
    return max(1, allowed // processes)


def _refusal(what: str, why: str, limit: RateLimitItem) -> TooManyRequests:
    seconds = limit.get_expiry()
    return TooManyRequests(
        f"too-many-by-{what}",
        f"{why} It is {limit.amount} in {seconds} s; wait, or ask for more at a time.",
        headers={"Retry-After": str(seconds // 60)},
    )
