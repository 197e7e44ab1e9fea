"""The users of a database that asks who they are, as its engine keeps them: one for each process, one for set-up."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from rasid.contract.access import principal
from rasid.contract.databases import DATABASES
from rasid.storage.mongo_login import Login
from tools.engines.mongo_admin import ROOT, ensure_administrator, ensure_users


class MongoUsers:
    """Their passwords, in a file that its owner alone can read; made at the first start, completed at a later one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._made = file.with_suffix(".made")

    @property
    def root(self) -> Login:
        """Who may do everything."""
        return Login(ROOT, self._passwords()[ROOT])

    @property
    def are_made(self) -> bool:
        """Whether the database knows its administrator: from then on it may ask everybody."""
        return self._made.exists()

    def of(self, name: str) -> Login:
        """The user of a process."""
        return Login(principal(name), self._passwords()[name])

    def ensure(self) -> None:
        """Make the passwords that are missing."""
        passwords = self._passwords() if self._file.exists() else {}
        for name in (ROOT, *DATABASES):
            passwords.setdefault(name, secrets.token_urlsafe(30))
        with os.fdopen(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(passwords, file)

    def furnish(self, uri: str) -> None:
        """Make the users in the database that is there."""
        ensure_administrator(uri, self.root)
        ensure_users(uri, self.root, {name: self.of(name).password for name in DATABASES})
        self._made.touch()

    def settings(self, name: str) -> Mapping[str, str]:
        """What a process is told of its user."""
        login = self.of(name)
        return {"RASID_MONGO_USER": login.user, "RASID_MONGO_PASSWORD": login.password}

    def _passwords(self) -> dict[str, str]:
        passwords: dict[str, str] = json.loads(self._file.read_bytes())
        return passwords
