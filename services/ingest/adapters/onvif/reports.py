"""What a device reports of itself, and what it counted."""

from typing import Literal

from rasid.contract.detections import Count
from rasid.contract.devices import Component, Health, HealthState
from rasid.errors import InvalidEvent
from services.ingest.adapters.onvif.message import Message, time_warnings, utc_time
from services.ingest.adapters.onvif.notified import classes
from services.ingest.adapters.onvif.opening import Piece, own_part
from services.ingest.adapters.onvif.states import active
from services.ingest.adapters.onvif.topics import MONITORING, trouble_of
from services.ingest.payload.english import plain
from services.ingest.payload.quantities import whole
from services.ingest.payload.reading import Counted, Draft
from services.ingest.payload.tree import Node

UNIT_UNKNOWN = "unit_unknown"


def health(message: Message, path: str) -> Health:
    """A component and its state. A message that does not say that it is over reports the trouble."""
    component, state = trouble_of(path) or _monitored(path)
    if path.startswith(MONITORING) or active(message) is False or message.operation == "deleted":
        state = "ok"
    return Health(
        component=component, state=state, code=message.name, value=message.data.number("Value", "Temperature")
    )


def counted(message: Message) -> Counted | None:
    """What was counted, under the class the message names; None when it holds no number."""
    data = message.data
    count = Count(
        in_=_whole(data, "In", "CountIn", "Enter", "in"),
        out=_whole(data, "Out", "CountOut", "Exit", "Leave", "out"),
        total=_whole(data, "Count", "Total", "ObjectCount", "count", "total"),
    )
    if count == Count():
        return None
    named = classes(message)
    return Counted(counts={named[0][1] if len(named) == 1 else "unknown": count})


def sensor(piece: Piece) -> Draft:
    """A sensor's reading. ONVIF writes temperatures in degrees and in kelvin: the unit stays open.

    Raises InvalidEvent for what is measured beside temperature, and where that is not said.
    """
    node = piece.node
    kind = plain(node.text("Type") or node.text("@SensorID", "SensorID"))
    if not kind.startswith("temp"):
        raise InvalidEvent(
            "sensor_not_taken",
            "of sensor data only temperatures are read (SensorData with Type Temperature): leave the others out",
        )
    time = utc_time(node.text("@UtcTime", "UtcTime") or "")
    return Draft(
        part=own_part(node, piece.warnings),
        time=time,
        fact=Health(
            component="temperature",
            state="ok",
            code=node.text("@SensorID", "SensorID"),
            value=node.number("Value"),
        ),
        warnings=(*piece.warnings, *time_warnings(time), UNIT_UNKNOWN),
    )


def alive(node: Node, code: str, warnings: tuple[str, ...]) -> Draft:
    """An empty frame or answer: nothing is to be seen now, and the device is there to say so."""
    time = utc_time(node.text("@UtcTime", "UtcTime", "CurrentTime") or "")
    return Draft(
        part=own_part(code, node, warnings),
        time=time,
        fact=Health(component="heartbeat", state="ok", code=code),
        warnings=(*warnings, *time_warnings(time)),
    )


def _monitored(path: str) -> tuple[Component, HealthState]:
    component: Literal["clock", "temperature", "storage", "heartbeat"] = "heartbeat"
    if "clock" in path:
        component = "clock"
    elif "temperature" in path:
        component = "temperature"
    elif "storage" in path:
        component = "storage"
    return component, "ok"


def _whole(data: Node, *names: str) -> int | None:
    return whole(data.text(*names))
