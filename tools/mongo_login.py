"""As whom a command speaks to the database: by the variables that the services have, and from nowhere else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import click

from rasid.storage.mongo_login import Login

USER = ["RASID_MONGO_USER", "RASID_MONGO_ROOT_USER"]
PASSWORD = ["RASID_MONGO_PASSWORD", "RASID_MONGO_ROOT_PASSWORD"]

P = ParamSpec("P")
T = TypeVar("T")


def with_mongo_login(command: Callable[Concatenate[Login | None, P], T]) -> Callable[P, T]:
    """Options for the user and its password; the command is given the login first, None without a user.

    Where set-up runs, in whose container no service's user is named, it is the administrator.
    """

    @click.option("--mongo-user", envvar=USER, show_envvar=True, default="", help="The database's user, if it asks.")
    @click.option("--mongo-password", envvar=PASSWORD, show_envvar=True, default="", help="Its password.")
    @wraps(command)
    def given(*args: P.args, **kwargs: P.kwargs) -> T:
        user, password = str(kwargs.pop("mongo_user")), str(kwargs.pop("mongo_password"))
        return command(Login(user, password) if user else None, *args, **kwargs)

    return given
