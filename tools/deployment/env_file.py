"""The text of a `.env` file: which variables it gives, and filling in those that it leaves empty."""

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"^(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)


def given(text: str) -> dict[str, str]:
    """Every variable that has a value, with single quotes around it taken off."""
    found = {match["name"]: _unquoted(match["value"].strip()) for match in VARIABLE.finditer(text)}
    return {name: value for name, value in found.items() if value}


def filled(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """`text` with each of `values` that it does not give, and the names of these; what it gives stays as it is.

    An empty variable is filled in where it stands, a missing one is added at the end.
    """
    wanted = {name: value for name, value in values.items() if name not in given(text)}

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        return f"{name}={_quoted(wanted[name])}" if name in wanted else match[0]

    present = {match["name"] for match in VARIABLE.finditer(text)}
    added = [f"{name}={_quoted(value)}" for name, value in wanted.items() if name not in present]
    body = VARIABLE.sub(fill, text)
    if added:
        body = "\n".join([body.rstrip("\n"), *added, ""])
    return body, list(wanted)


def _quoted(value: str) -> str:
    """Single quotes keep every sign as it is, in Compose and in a shell."""
    return value if re.fullmatch(r"[\w.:/-]*", value) else f"'{value}'"


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value
