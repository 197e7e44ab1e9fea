"""As whom a command speaks to an engine: by the variables that the services have, and from nowhere else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import click

from rasid.storage.mongo_login import Login as MongoLogin
from rasid.stream.login import Login as KafkaLogin

P = ParamSpec("P")
T = TypeVar("T")
L = TypeVar("L")


def with_kafka_login(command: Callable[Concatenate[KafkaLogin | None, P], T]) -> Callable[P, T]:
    """Options for Kafka's user and its password; the command is given the login first, None without a user."""
    return _given_login("kafka", "Kafka's user, if it asks.", KafkaLogin, command)


def with_mongo_login(command: Callable[Concatenate[MongoLogin | None, P], T]) -> Callable[P, T]:
    """Options for the database's user and its password; the command is given the login first, None without a user."""
    return _given_login("mongo", "The database's user, if it asks.", MongoLogin, command)


def _given_login(
    engine: str, who: str, make: Callable[[str, str], L], command: Callable[Concatenate[L | None, P], T]
) -> Callable[P, T]:
    """Where set-up runs, in whose container no service's user is named, it is the administrator."""
    user_name, password_name = f"{engine}_user", f"{engine}_password"

    @click.option(f"--{engine}-user", user_name, envvar=_variables(user_name), show_envvar=True, default="", help=who)
    @click.option(
        f"--{engine}-password",
        password_name,
        envvar=_variables(password_name),
        show_envvar=True,
        default="",
        help="Its password.",
    )
    @wraps(command)
    def given(*args: P.args, **kwargs: P.kwargs) -> T:
        user, password = str(kwargs.pop(user_name)), str(kwargs.pop(password_name))
        return command(make(user, password) if user else None, *args, **kwargs)

    return given


def _variables(name: str) -> list[str]:
    """The service's own, and the administrator's."""
    engine, _, what = name.upper().partition("_")
    return [f"RASID_{engine}_{what}", f"RASID_{engine}_ROOT_{what}"]
