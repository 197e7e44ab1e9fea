"""The vendor formats that ingest reads, one module or package each, all with the same two functions.

To add one: CONTRIBUTING, "Add an adapter".
"""

from rasid.errors import InvalidEvent
from services.ingest.adapters import (
    axis,
    dahua,
    deepstream,
    frigate,
    gat1400,
    genetec,
    hikvision,
    lectorvision,
    lilin,
    milestone,
    onvif,
    openalpr,
    plate_recognizer,
    rasid,
    tattile,
    unifi_protect,
)
from services.ingest.payload.charset import BLANK
from services.ingest.payload.media import picture_type
from services.ingest.payload.reading import Adapter, Part, Payload

# In the order of the event contract. No payload may be claimed by two: a test reads every sample with all of them.
ADAPTERS: tuple[Adapter, ...] = (
    onvif,
    hikvision,
    dahua,
    axis,
    frigate,
    openalpr,
    plate_recognizer,
    deepstream,
    unifi_protect,
    milestone,
    genetec,
    tattile,
    lectorvision,
    lilin,
    gat1400,
    rasid,
)
_GZIP = b"\x1f\x8b"
_BY_NAME = {adapter.NAME: adapter for adapter in ADAPTERS}
# Members that tell a format by themselves: it is asked before the others, which look at all names at every depth.
_ASKED_FIRST: dict[str, Adapter] = {
    "data_type": openalpr,
    "MotorVehicleListObject": gat1400,
    "NonMotorVehicleListObject": gat1400,
    "PersonListObject": gat1400,
    "FaceListObject": gat1400,
}


def choose(payload: Payload, configured: str | None) -> Adapter:
    """The adapter that reads this payload: Rasid's own where it says so, the camera's, else the one that recognizes it.

    Raises InvalidEvent when there is none, saying what the payload looks like instead.
    """
    refuse_what_is_no_event(payload)
    if payload.parts and payload.parts[0].media_type == rasid.MEDIA_TYPE:
        return rasid
    if configured is not None:
        return named(configured)
    found = recognizing(payload)
    if found is None:
        raise InvalidEvent(
            "format_unknown",
            f"no adapter recognizes this payload ({_looks(payload)}); there are: {names()}",
        )
    return found


def recognizing(payload: Payload) -> Adapter | None:
    """The adapter in whose format one of the parts is, the first of several; None when there is none."""
    for part in payload.parts:
        members = part.members
        for name, adapter in _ASKED_FIRST.items() if members else ():
            if name in members and adapter.recognizes(part, payload.topic):
                return adapter
    for adapter in ADAPTERS:
        for part in payload.parts:
            if adapter.recognizes(part, payload.topic):
                return adapter
    return None


def named(name: str) -> Adapter:
    """The adapter of this name; raises InvalidEvent when there is none."""
    adapter = _BY_NAME.get(name)
    if adapter is None:
        raise InvalidEvent("adapter_unknown", f"there is no adapter {name!r}; there are: {names()}")
    return adapter


def names() -> str:
    """The adapters there are, for people."""
    return ", ".join(_BY_NAME)


def refuse_what_is_no_event(payload: Payload) -> None:
    """Raise InvalidEvent for what no device means as an event: nothing, and a web page.

    Nothing on an MQTT topic means something: that what was retained there is over. A multipart body without any part is
    not that nothing.
    """
    if payload.parts and payload.parts[0].is_json:
        return
    is_blank = not any(part.opening or part.body.strip(BLANK) for part in payload.parts)
    if not payload.parts or (is_blank and not payload.topic):
        raise InvalidEvent("empty", "the post is empty: the camera sent no event")
    first = payload.parts[0]
    if first.body.startswith(_GZIP):
        raise InvalidEvent("compressed", "the body is compressed (gzip): switch compression off in what sends it")
    if _is_web_page(first):
        raise InvalidEvent(
            "web_page",
            "this is a web page (HTML), not an event: something between camera and here answers with a log-in page",
        )


def _is_web_page(part: Part) -> bool:
    """Whether it begins as HTML, well-formed or not."""
    root = part.xml_root
    return part.body[:64].lstrip().lower().startswith(b"<!doctype html") if root is None else root.lower() == "html"


def _looks(payload: Payload) -> str:
    first = payload.parts[0]
    if first.xml_root is not None:
        return "XML"
    return picture_type(first.body) or first.media_type or "no content type"
