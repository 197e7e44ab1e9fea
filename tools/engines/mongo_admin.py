"""A connection of the database's administrator, and the users that it makes: one for each process (decision 0039)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rasid.contract.access import principal
from rasid.contract.databases import DATABASES, ROLE
from rasid.errors import ConfigurationError, Unavailable
from rasid.storage.mongo_errors import UNAUTHORIZED, refused
from rasid.storage.mongo_login import MECHANISM, USERS, Login, client_options

ROOT = "rasid-setup"
ROOT_ROLE = "root"
TIMEOUT_MS = 5_000
ALREADY_THERE = 51003

Admin = Any
"""The driver's database `admin`."""


@contextmanager
def connected(uri: str, login: Login | None) -> Iterator[Admin]:
    """The database that knows the users: on the one server of `uri`, whatever its set, or in the set that `uri` names.

    What goes wrong inside is raised as Unavailable or ConfigurationError.
    """
    from pymongo import MongoClient  # noqa: PLC0415 - a third of a second that `rasid --help` need not wait
    from pymongo.errors import OperationFailure, PyMongoError  # noqa: PLC0415 - the same

    options: dict[str, Any] = {"directConnection": True, "replicaSet": None} if len(servers(uri)) == 1 else {}
    options |= {"serverSelectionTimeoutMS": TIMEOUT_MS, "timeoutMS": TIMEOUT_MS}
    try:
        with MongoClient[Mapping[str, Any]](uri, **options, **client_options(login)) as client:
            yield client[USERS]
    except OperationFailure as error:
        if error.code in UNAUTHORIZED:
            raise refused(error) from None
        raise Unavailable("the database", f"code {error.code}") from None
    except PyMongoError as error:
        raise Unavailable("the database", type(error).__name__) from None


def servers(uri: str) -> list[tuple[str, int]]:
    """Host and port of each server that a connection string names; raises ConfigurationError when it is none."""
    from pymongo.errors import ConfigurationError as WrongUri  # noqa: PLC0415 - see `connected`
    from pymongo.errors import InvalidURI  # noqa: PLC0415 - the same
    from pymongo.uri_parser import parse_uri  # noqa: PLC0415 - the same

    try:
        return [(str(host), int(port or 27017)) for host, port in parse_uri(uri)["nodelist"]]
    except (InvalidURI, WrongUri, ValueError) as error:
        raise ConfigurationError(f"RASID_MONGO: {error}", "give a mongodb:// connection string") from None


def takes(uri: str, login: Login) -> bool:
    """Whether the database knows this user by this password. Raises Unavailable."""
    try:
        with connected(uri, login) as admin:
            admin.command("ping")  # the driver says first who it is
    except ConfigurationError:
        return False
    return True


def ensure_administrator(uri: str, root: Login) -> bool:
    """See that the database takes its administrator; made where nobody is asked yet. Returns whether it was made.

    MongoDB's image makes it in a new data folder. One from before there were users has none: while its server still
    asks nobody, whoever comes may make it. Raises ConfigurationError when neither holds, and Unavailable.
    """
    if takes(uri, root):
        return False
    if not _is_made(uri, root):
        raise ConfigurationError(
            f"the database does not take its administrator {root.user}, and asks whoever else comes",
            "a data folder from before it had users, or another RASID_MONGO_ROOT_PASSWORD: see docs/operations.md, "
            "'To a version with users of the database'",
        )
    return True


def ensure_users(uri: str, root: Login, passwords: Mapping[str, str], databases: Mapping[str, str] = DATABASES) -> None:
    """Give each process (`ingest`, `eraser`) its user, with this password and a right on its own database alone.

    What a user may do beside is taken from it. Others' users stay. Raises Unavailable and ConfigurationError.
    """
    with connected(uri, root) as admin:
        known = {user["user"] for user in admin.command("usersInfo", 1)["users"]}
        for name, password in passwords.items():
            user = principal(name)
            admin.command(
                "updateUser" if user in known else "createUser",
                user,
                pwd=password,
                roles=[{"role": ROLE, "db": databases[name]}],
                mechanisms=[MECHANISM],
            )


def _is_made(uri: str, root: Login) -> bool:
    from pymongo.errors import OperationFailure  # noqa: PLC0415 - see `connected`

    roles = [{"role": ROOT_ROLE, "db": USERS}]
    with connected(uri, None) as admin:
        try:
            admin.command("createUser", root.user, pwd=root.password, roles=roles, mechanisms=[MECHANISM])
        except OperationFailure as error:
            if error.code in (*UNAUTHORIZED, ALREADY_THERE):
                return False
            raise
    return True
