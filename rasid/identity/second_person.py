"""What one person may not do alone: one asks, another who may consents, once, in time, to exactly what was asked. Pure.

A service keeps the `Consent` in the document that it is about, so that a decision and what it changes are written
together, and asks the policy whether the second person is qualified before it lets them decide. Used for erasures, for
authorizations, for looking back further than 90 days, for the release of holds and for covert entries.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.fields import utc_text
from rasid.errors import Conflict

ConsentState = Literal["asked", "refused", "approved", "used"]


class Consent(Struct, frozen=True, kw_only=True):
    """What one person asked for and another decides, once, until `valid_until`. `digest` is what the decision names.

    An approval is used once as well, and no later than that either.
    """

    asked_by: str
    asked_at: datetime
    case_id: str
    reason: str
    valid_until: datetime
    digest: str
    state: ConsentState = "asked"
    decided_by: str | None = None
    decided_at: datetime | None = None
    used_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be decided."""
        return self.state == "asked" and now < self.valid_until


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """The rules for one kind of thing, such as `erasure`: the name with which its problems begin.

    `content` is always what is to be done, as JSON: with another content the same consent is another one.
    """

    name: str

    def ask(
        self,
        content: Mapping[str, Any],
        before: Consent | None,
        *,
        by: str,
        at: datetime,
        case_id: str,
        reason: str,
        valid_seconds: float,
    ) -> Consent:
        """A first person wants it. Raises Conflict while an earlier request (`before`) waits for its decision."""
        if before is not None and before.is_open(at):
            raise Conflict(
                f"{self.name}-asked", "Somebody asked for this already: it waits for the decision of another person."
            )
        asked = Consent(
            asked_by=by,
            asked_at=at,
            case_id=case_id,
            reason=reason,
            valid_until=at + timedelta(seconds=valid_seconds),
            digest="",
        )
        return replace(asked, digest=digest_of(content, asked))

    def approve(self, consent: Consent, digest: str, content: Mapping[str, Any], *, by: str, at: datetime) -> Consent:
        """A second person wants it too. Raises Conflict; see `refuse`."""
        return self._decided(consent, digest, content, by=by, at=at, state="approved")

    def refuse(self, consent: Consent, digest: str, content: Mapping[str, Any], *, by: str, at: datetime) -> Consent:
        """A second person does not want it.

        Raises Conflict when it was decided before or is too old, when it is the same person, or when `content` or the
        `digest` that the decision names is not what was asked for.
        """
        return self._decided(consent, digest, content, by=by, at=at, state="refused")

    def use(self, consent: Consent, content: Mapping[str, Any], *, by: str, at: datetime) -> Consent:
        """Who asked does what was approved: once. Raises Conflict when it was not, or is not any more."""
        if consent.state != "approved" or by != consent.asked_by:
            raise Conflict(
                f"{self.name}-not-approved", "Nobody else has consented to this, or it was done with that consent."
            )
        self._check(consent, consent.digest, content, at)
        return replace(consent, state="used", used_at=at)

    def check_approved(self, consent: Consent, content: Mapping[str, Any]) -> None:
        """Raise Conflict unless another person approved, in time, exactly `content`: for whoever carries it out."""
        at = consent.decided_at
        if consent.state != "approved" or at is None or consent.decided_by in {None, consent.asked_by}:
            raise Conflict(f"{self.name}-not-approved", "Nobody else has consented to this.")
        self._check(consent, consent.digest, content, at)

    def _decided(
        self, consent: Consent, digest: str, content: Mapping[str, Any], *, by: str, at: datetime, state: ConsentState
    ) -> Consent:
        if consent.state != "asked":
            raise Conflict(f"{self.name}-decided", "This request was decided before; a request is decided once.")
        if by == consent.asked_by:
            raise Conflict(f"{self.name}-needs-another", "Who asked for this does not decide it.")
        self._check(consent, digest, content, at)
        return replace(consent, state=state, decided_by=by, decided_at=at)

    def _check(self, consent: Consent, digest: str, content: Mapping[str, Any], at: datetime) -> None:
        if at >= consent.valid_until:
            raise Conflict(f"{self.name}-expired", "This request is too old: it must be asked for again.")
        if digest != consent.digest or digest != digest_of(content, consent):
            raise Conflict(
                f"{self.name}-changed",
                "What was asked for is not what it is now, or the digest is another. Read the request again; if it "
                "says the same as before, it must be asked for again.",
            )


def digest_of(content: Mapping[str, Any], consent: Consent) -> str:
    """SHA-256 over what is to be done, why and who asked: whoever approves it approves this and nothing else."""
    whole = {
        **content,
        "reason": consent.reason,
        "asked_by": consent.asked_by,
        "asked_at": utc_text(consent.asked_at),
        "valid_until": utc_text(consent.valid_until),
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
