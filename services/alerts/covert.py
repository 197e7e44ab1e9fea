"""What makes an entry covert: it rings for nobody but the people of its case, and only once a second person agreed.

Pure. The request for that consent lives in the entry, so that the entry and what was decided about it are one document.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from rasid.identity.second_person import Consent, SecondPerson

COVERT = SecondPerson("covert-entry")


class Covert(Struct, frozen=True, kw_only=True):
    """The law that it rests on, the authorization if it needs one, and what another person decided."""

    legal_basis: str
    authorization_id: str | None = None
    consent: Consent

    def is_approved(self, moment: datetime) -> bool:
        """Whether the second person had agreed at `moment`."""
        at = self.consent.decided_at
        return self.consent.state == "approved" and at is not None and at <= moment

    def without_digest(self) -> "Covert":
        """Without what another could guess the plate by."""
        return replace(self, consent=replace(self.consent, digest=""))

    def as_asked(self) -> "Covert":
        """As it was before anybody decided."""
        return replace(self, consent=replace(self.consent, state="asked", decided_by=None, decided_at=None))
