"""Finds the times in an event's data, so that decoding also refuses a thirtieth of February: a pattern cannot.

Which fields hold times is worked out once per type; a read then costs well under a microsecond.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct, inspect

from rasid.contract.fields import UtcTime

Check = Callable[[Any], None]
"""Raises ValueError when a time in the value is not in the calendar."""


def date_check(data: type[Struct]) -> Check:
    """The check for all times in a struct, at whatever depth."""
    return _check(inspect.type_info(data)) or _nothing


def _nothing(_: Any) -> None:
    return


def _is_in_calendar(text: str) -> None:
    datetime.fromisoformat(text)


def _check(kind: inspect.Type) -> Check | None:
    match kind:
        case inspect.Metadata():
            return _check(kind.type)
        case inspect.StrType():
            return _is_in_calendar if kind.pattern == _TIME_PATTERN else None
        case inspect.UnionType():
            return _of_optional([_check(one) for one in kind.types])
        case inspect.VarTupleType():
            return _of_items(_check(kind.item_type))
        case inspect.StructType():
            return _of_fields({field.name: _check(field.type) for field in kind.fields})
    return None


def _of_optional(checks: list[Check | None]) -> Check | None:
    """Unions in the contract are one type or null."""
    check = next((one for one in checks if one is not None), None)
    if check is None:
        return None

    def check_if_there(value: Any) -> None:
        if value is not None:
            check(value)

    return check_if_there


def _of_items(check: Check | None) -> Check | None:
    if check is None:
        return None

    def check_each(values: Any) -> None:
        for value in values:
            check(value)

    return check_each


def _of_fields(checks: dict[str, Check | None]) -> Check | None:
    timed = tuple((name, check) for name, check in checks.items() if check is not None)
    if not timed:
        return None

    def check_fields(data: Any) -> None:
        for name, check in timed:
            check(getattr(data, name))

    return check_fields


def _pattern_of(kind: inspect.Type) -> str | None:
    inner = kind.type if isinstance(kind, inspect.Metadata) else kind
    return inner.pattern if isinstance(inner, inspect.StrType) else None


_TIME_PATTERN = _pattern_of(inspect.type_info(UtcTime))
