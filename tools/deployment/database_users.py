"""The database's users in a deployment: who makes them, and what their passwords are."""

from collections.abc import Callable, Mapping
from functools import reduce

from rasid.contract.access import principal
from rasid.contract.databases import DATABASES
from rasid.storage.mongo_login import Login
from tools.deployment.options import option
from tools.engines.mongo_admin import ensure_administrator, ensure_users

Command = Callable[..., None]


def variable(name: str) -> str:
    """The variable that holds the password of a process's user."""
    return f"RASID_MONGO_PASSWORD_{name.upper()}"


def with_database_passwords(command: Command) -> Command:
    """An option for the password of each, and two for the administrator."""
    each = (option(f"--mongo-password-{name}", variable(name), f"Password of {principal(name)}.") for name in DATABASES)
    root = (
        option(
            "--mongo-root-user", "RASID_MONGO_ROOT_USER", "The database's administrator; without it no user is made."
        ),
        option("--mongo-root-password", "RASID_MONGO_ROOT_PASSWORD", "Password of its administrator."),
    )
    moved = option("--search-database", "RASID_SEARCH_DATABASE", "Search's, when it was rebuilt.", DATABASES["search"])
    return reduce(lambda decorated, decorate: decorate(decorated), (*each, *root, moved), command)


def root_login(access: Mapping[str, str | None]) -> Login | None:
    """The administrator, when both of its parts were given."""
    user, password = access["mongo_root_user"], access["mongo_root_password"]
    return Login(user, password) if user and password else None


def ensure_database_users(mongo: str, root: Login, access: Mapping[str, str | None]) -> str:
    """Make the users whose passwords were given, each with its own database; says what was done."""
    given = {name: access[f"mongo_password_{name}"] for name in DATABASES}
    passwords = {name: password for name, password in given.items() if password}
    is_new = ensure_administrator(mongo, root)
    ensure_users(mongo, root, passwords, {**DATABASES, "search": str(access["search_database"])})
    return (
        f"{len(passwords)} users have their passwords, each its own database" + "; its administrator was made" * is_new
    )
