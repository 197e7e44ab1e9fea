"""The bytes of the live stream. Source: HTML standard, "Server-sent events". No IO."""

import msgspec
from fastapi.sse import format_sse_event

from rasid.contract.alerts import AlertRaisedV1
from services.alerts.live_window import Item, Position, write_position

RETRY_MILLISECONDS = 2000
TYPE_PREFIX = "alert."


def hello(position: Position) -> bytes:
    """The first bytes: how soon to come back, and from where if nothing has been sent by then."""
    return format_sse_event(id=write_position(position), retry=RETRY_MILLISECONDS)


def ping(position: Position) -> bytes:
    """A sign of life. It moves the position on, over events that were not for this listener."""
    return format_sse_event(comment="ping", id=write_position(position))


def reset(position: Position) -> bytes:
    """What was missed is not kept any more: read the list of alerts anew, and go on from here."""
    return format_sse_event(event="reset", data_str="{}", id=write_position(position))


def frame(item: Item, epoch: str) -> bytes:
    """An event of an alert: named after its type, `historic` instead of `raised` when it does not ring."""
    data = msgspec.json.encode(item.event.data).decode()
    return format_sse_event(event=_name(item), data_str=data, id=write_position(Position(epoch, item.offset)))


def _name(item: Item) -> str:
    data = item.event.data
    if isinstance(data, AlertRaisedV1) and data.is_historic:
        return "historic"
    return item.event.type.removeprefix(TYPE_PREFIX)
