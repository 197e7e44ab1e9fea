"""As whom a client of the database speaks."""

from dataclasses import dataclass, field
from typing import Any

MECHANISM = "SCRAM-SHA-256"
USERS = "admin"
"""The database that knows the users; what they may do is in others."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the database and its password, which never travels."""

    user: str
    password: str = field(repr=False)


def client_options(login: Login | None) -> dict[str, Any]:
    """What the driver is told of it; without a login it is whoever the connection string names, or nobody."""
    if login is None:
        return {}
    return {
        "username": login.user,
        "password": login.password,
        "authMechanism": MECHANISM,
        "authSource": USERS,
    }
