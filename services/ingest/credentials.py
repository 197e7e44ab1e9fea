"""What a camera proves itself with: made by us, shown once, replaced with an overlap, revoked at once. No IO.

Only the two HA1 digests of RFC 7616 are kept. They are fast hashes, and that is enough here and only here: the
password is never chosen by a person but 160 random bits, which nobody finds by trying, and Digest needs them. They do
stand for the password towards this service (not elsewhere), so the collection is guarded like one of passwords.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.ingest.digest import DigestAnswer, ha1

# Part of every stored digest: changing it would lock all cameras out.
REALM = "rasid"
# The current one, and the one before it while a technician is typing the new one in.
KEPT = 2


@dataclass(frozen=True, slots=True)
class Credential:
    """One password of one camera, as digests. `valid_until` None: until it is replaced or revoked."""

    md5: str
    sha256: str
    issued_at: datetime
    valid_until: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.valid_until is None or now < self.valid_until

    def knows(self, sha256: str) -> bool:
        """Whether this HA1 (by SHA-256) stands for the password behind it."""
        return hmac.compare_digest(sha256, self.sha256)

    def answers(self, answer: DigestAnswer, method: str) -> bool:
        """Whether a Digest answer was made with the password behind it."""
        return answer.is_right(self.md5 if answer.algorithm == "MD5" else self.sha256, method)


def new_credential(username: str, password: str, now: datetime) -> Credential:
    """The digests of a password that has just been made."""
    return Credential(
        md5=ha1("MD5", username, REALM, password),
        sha256=ha1("SHA-256", username, REALM, password),
        issued_at=now,
    )


def rotated(
    present: Sequence[Credential],
    new: Credential,
    *,
    overlap_seconds: float,
) -> tuple[Credential, ...]:
    """The credentials after `new` was issued: the one before stays valid for the overlap, older ones do not."""
    until = new.issued_at + timedelta(seconds=overlap_seconds)
    before = (replace(old, valid_until=min(old.valid_until or until, until)) for old in present)
    return (new, *before)[:KEPT]
