"""The object store's credentials in a deployment: each process's own, by the variables that hold them."""

from collections.abc import Callable, Mapping
from functools import reduce

from rasid.contract.buckets import GRANTS
from tools.deployment.options import keys, option
from tools.engines.object_keys import Keys

Command = Callable[..., None]

OF_BEFORE = {"eraser": ("RASID_ERASER_ACCESS_KEY", "RASID_ERASER_SECRET_KEY")}
"""Those that had a variable of their own before every process had."""


def variables(name: str) -> tuple[str, str]:
    """The variables of the access key and of the secret key of a process."""
    usual = f"RASID_OBJECTS_ACCESS_KEY_{name.upper()}", f"RASID_OBJECTS_SECRET_KEY_{name.upper()}"
    return OF_BEFORE.get(name, usual)


def with_credentials(command: Command) -> Command:
    """Two options for each process."""
    return reduce(lambda decorated, decorate: decorate(decorated), _options(), command)


def credentials(access: Mapping[str, str | None]) -> Mapping[str, Keys]:
    """Those that were given, by the name of the process."""
    found = {name: keys(access, f"{name}_access_key", f"{name}_secret_key") for name in GRANTS}
    return {name: one for name, one in found.items() if one is not None}


def _options() -> list[Callable[[Command], Command]]:
    found = []
    for name in GRANTS:
        access_key, secret_key = variables(name)
        found.append(option(f"--{name}-access-key", access_key, f"Credential of {name} at the object store."))
        found.append(option(f"--{name}-secret-key", secret_key, "Secret of that credential."))
    return found
