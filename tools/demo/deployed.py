"""Services that run elsewhere, such as in the containers of deploy/docker-compose.yml, for the little city to drive."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from joserfc.jwk import OKPKey

from rasid.runtime.clock import Clock, SystemClock
from tools.issuer.desk import PERSON_SECONDS
from tools.issuer.people import PEOPLE
from tools.keys import sign


@dataclass(frozen=True, slots=True)
class Place:
    """A service: `address` as this process reaches it, `shown` as a person on the host does."""

    address: str
    shown: str


class Deployed:
    """Each service by its place. Tokens are signed with `signing_key`, whose public half the services were given."""

    def __init__(
        self, *, ingest: Place, alerts: Place, search: Place, archive: Place, casework: Place, signing_key: OKPKey
    ) -> None:
        self.ingest = ingest
        self.alerts = alerts
        self.search = search
        self.archive = archive
        self.casework = casework
        self.clock: Clock = SystemClock()
        self._signing_key = signing_key

    def token(self, subject: str, agency: str, roles: Sequence[str]) -> str:
        """An access token, good for twelve hours."""
        return sign(self._signing_key, subject, agency, roles, lifetime_seconds=PERSON_SECONDS, clock=self.clock)

    async def sign_in(self, name: str) -> str:
        """The access token of one of the demo's people. There is no issuer here: it is signed as one would."""
        person = PEOPLE[name]
        await asyncio.sleep(0)
        return self.token(person.subject, person.agency, person.roles)

    def addresses(self) -> Mapping[str, str]:
        """As a person on the host reaches them."""
        places = {
            "ingest": self.ingest,
            "alerts": self.alerts,
            "search": self.search,
            "archive": self.archive,
            "casework": self.casework,
        }
        return {name: place.shown for name, place in places.items()}

    def memory_mebibytes(self) -> Mapping[str, int | None]:
        """Nothing: other machines' processes cannot be seen from here."""
        return {}
