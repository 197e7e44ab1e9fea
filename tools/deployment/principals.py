"""Kafka's users in a deployment: who makes them, what their passwords are, and their rights."""

import asyncio
from collections.abc import Callable, Mapping
from functools import reduce

from rasid.contract.access import PRINCIPALS, all_rights, principal
from rasid.stream.login import SCRAM, Login
from rasid.stream.principals import ensure_rights, ensure_users
from tools.deployment.options import option

Command = Callable[..., None]


def variable(name: str) -> str:
    """The variable that holds the password of a service, or of the operator."""
    return f"RASID_KAFKA_PASSWORD_{name.upper()}"


def with_passwords(command: Command) -> Command:
    """An option for the password of each, and three for the administrator."""
    each = (
        option(f"--kafka-password-{name}", variable(name), f"Password of {principal(name)}.") for name in PRINCIPALS
    )
    root = (
        option("--kafka-root-user", "RASID_KAFKA_ROOT_USER", "Kafka's administrator; without it no user is made."),
        option("--kafka-root-password", "RASID_KAFKA_ROOT_PASSWORD", "Password of its administrator."),
        option("--kafka-root-mechanism", "RASID_KAFKA_ROOT_MECHANISM", "PLAIN or SCRAM-SHA-512.", SCRAM),
    )
    return reduce(lambda decorated, decorate: decorate(decorated), (*each, *root), command)


def root_login(access: Mapping[str, str | None]) -> Login | None:
    """The administrator, when both of its parts were given."""
    user, password = access["kafka_root_user"], access["kafka_root_password"]
    return Login(user, password, access["kafka_root_mechanism"] or SCRAM) if user and password else None


def ensure_principals(kafka: str, root: Login, access: Mapping[str, str | None]) -> str:
    """Make the users whose passwords were given, and give everybody the contract's rights; says what was done.

    The administrator is made as well, so that `rasid doctor` and `rasid dead-letters` need not send its password.
    """
    given = {principal(name): access[f"kafka_password_{name}"] for name in PRINCIPALS}
    passwords = {user: password for user, password in given.items() if password} | {root.user: root.password}
    asyncio.run(ensure_users(kafka, passwords, root))
    made, taken = asyncio.run(ensure_rights(kafka, all_rights(), root))
    return f"{len(passwords)} users have their passwords; {made} rights given, {taken} taken away"
