"""Takes secrets out of what a device says before anything of it is kept. No IO."""

import re

_USER = re.compile(r"(?<=//)[^/@\s]{1,200}@")


def without_credentials(address: str | None) -> str | None:
    """An address without the user and password in it."""
    return None if address is None else _USER.sub("", address)
