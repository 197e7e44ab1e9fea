"""The options of the commands that look after a deployment: each is given by a variable of the services too."""

from collections.abc import Callable, Mapping

import click

from tools.engines.object_keys import Keys


def option(name: str, variable: str, help_: str, default: str | None = None) -> Callable[..., Callable[..., None]]:
    """An option that `variable` gives when the command line does not."""
    return click.option(
        name, envvar=variable, show_envvar=True, default=default, show_default=default is not None, help=help_
    )


def keys(access: Mapping[str, str | None], user: str, password: str) -> Keys | None:
    """A credential, when both of its parts were given."""
    access_key, secret_key = access[user], access[password]
    return Keys(access_key, secret_key) if access_key and secret_key else None
