"""The users of a Kafka that asks who they are: one for each service, and the one that makes them."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from rasid.contract.access import PRINCIPALS, all_rights, principal
from rasid.stream.login import PLAIN, Login
from rasid.stream.principals import ensure_rights, ensure_users

ROOT = "rasid-setup"


class KafkaUsers:
    """Their passwords, in a file that its owner alone can read; made at the first start, completed at a later one."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def root(self) -> Login:
        """Who may do everything."""
        return Login(ROOT, self._passwords()[ROOT], PLAIN)

    def of(self, service: str) -> Login:
        """The user of a service, or of the operator."""
        return Login(principal(service), self._passwords()[principal(service)])

    def ensure(self) -> None:
        """Make the passwords that are missing."""
        passwords = self._passwords() if self._file.exists() else {}
        for user in (ROOT, *map(principal, PRINCIPALS)):
            passwords.setdefault(user, secrets.token_urlsafe(30))
        with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(passwords, file)

    async def furnish(self, address: str) -> None:
        """Make the users in the Kafka that is there, with the rights of the contract."""
        await ensure_users(address, {user: it for user, it in self._passwords().items() if user != ROOT}, self.root)
        await ensure_rights(address, all_rights(), self.root)

    def settings(self, service: str) -> Mapping[str, str]:
        """What a service is told of its user."""
        login = self.of(service)
        return {"RASID_KAFKA_USER": login.user, "RASID_KAFKA_PASSWORD": login.password}

    def _passwords(self) -> dict[str, str]:
        passwords: dict[str, str] = json.loads(self._file.read_bytes())
        return passwords
