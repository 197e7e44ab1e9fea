"""As whom a command speaks to Kafka: by the variables that the services have, and from nowhere else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import click

from rasid.stream.login import Login

USER = ["RASID_KAFKA_USER", "RASID_KAFKA_ROOT_USER"]
PASSWORD = ["RASID_KAFKA_PASSWORD", "RASID_KAFKA_ROOT_PASSWORD"]

P = ParamSpec("P")
T = TypeVar("T")


def with_login(command: Callable[Concatenate[Login | None, P], T]) -> Callable[P, T]:
    """Options for the user and its password; the command is given the login first, None without a user.

    Where set-up runs, in whose container no service's user is named, it is the administrator.
    """

    @click.option("--kafka-user", envvar=USER, show_envvar=True, default="", help="Its user, if it asks.")
    @click.option("--kafka-password", envvar=PASSWORD, show_envvar=True, default="", help="Its password.")
    @wraps(command)
    def given(*args: P.args, **kwargs: P.kwargs) -> T:
        user, password = str(kwargs.pop("kafka_user")), str(kwargs.pop("kafka_password"))
        return command(Login(user, password) if user else None, *args, **kwargs)

    return given
