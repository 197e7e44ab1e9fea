"""Authorization codes: each is bound to what was asked and to a secret of who asked (PKCE), and is used once."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from tools.issuer.people import Person

CODE_SECONDS = 60.0
MOST_CODES = 1_000
# RFC 7636, 4.1 and 4.2.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Grant:
    """Who signed in, at whose request, with which challenge (S256)."""

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str


class Codes:
    """The codes that may still be used. In memory: a restart ends them."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._given: dict[str, tuple[Grant, float]] = {}

    def give(self, grant: Grant) -> str:
        """A new code, good for `CODE_SECONDS`."""
        now = self._clock.monotonic()
        kept = {code: (one, until) for code, (one, until) in self._given.items() if now < until}
        self._given = dict(list(kept.items())[-MOST_CODES:])
        code = self._ids.secret()
        self._given[code] = (grant, now + CODE_SECONDS)
        return code

    def redeem(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> Person | None:
        """Who signed in; None unless all is as it was asked. Whoever guesses wrong has used the code up."""
        grant, until = self._given.pop(code, (None, 0.0))
        if grant is None or self._clock.monotonic() >= until:
            return None
        is_same = (grant.client_id, grant.redirect_uri) == (client_id, redirect_uri)
        if not is_same or not _VERIFIER.fullmatch(verifier):
            return None
        return grant.person if hmac.compare_digest(challenge_of(verifier), grant.challenge) else None


def challenge_of(verifier: str) -> str:
    """What is sent ahead of a verifier: its SHA-256 in base64url (`S256`)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()
