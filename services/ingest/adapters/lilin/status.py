"""The run-time status: lines of `name=value`, and a line of pairs for each plate that is in the picture now.

The names of a plate's pairs carry its number: `LPR0=647CBA,ACT_PARAM0=Visitor,...,LPR_TIME0=2019-06-24 16:58:44 GMT`.
Flags that are up are rules that fire at this moment; a status in which nothing happens is a sign of life.
"""

import re

from rasid.contract.detections import Rule, RuleKind
from rasid.contract.devices import Health
from services.ingest.adapters.lilin.plates import draft
from services.ingest.payload.charset import to_utf8
from services.ingest.payload.reading import Draft, Part, VendorTime
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node, clean

MAX_BYTES = 64 * 1024
MAX_PLATES = 16
_HEAD_BYTES = 2048
_PAIR = re.compile(r"(?:^|[,\s])([A-Za-z_][A-Za-z_0-9]{0,31}?)(\d{0,2})=([^,\r\n]*?)(?=,|\sLPR\d{1,2}=|[\r\n]|$)")
_GMT = " GMT"
_RULES: dict[str, RuleKind] = {
    "MotionDetect": "motion",
    "PIRDetect": "motion",
    "AudioDetect": "audio",
    "TemperDetect": "tamper",
    "TamperDetect": "tamper",
    "AlarmInputDetect": "digital_input",
    "AlarmInput2Detect": "digital_input",
    "AlarmInput3Detect": "digital_input",
    "AlarmInput4Detect": "digital_input",
    "AlarmInput5Detect": "digital_input",
    "AlarmInput6Detect": "digital_input",
    "DoorBell": "digital_input",
}
_TIME = "CamTime"

Field = tuple[str, str, str]


def is_status(part: Part) -> bool:
    """Whether a part is a camera's run-time status; never raises."""
    head = part.body[:_HEAD_BYTES]
    return (b"MotionDetect=" in head and b"TemperDetect=" in head) or (b"LPR0=" in head and b"LPR_TIME0=" in head)


def read_status(part: Part) -> list[Draft]:
    """The plates and rules of one status, or a heartbeat when there are none."""
    text = to_utf8(part.body[:MAX_BYTES], part.charset)[0].decode("utf-8", "replace")
    found: list[Field] = [(name, number, clean(value)) for name, number, value in _pairs(text)]
    time = _time(next((value for name, _, value in found if name == _TIME), ""))
    drafts = [*_plates(found, part.body, time), *_rules(found, part.body, time)]
    if drafts:
        return drafts
    return [Draft(part=part.body, time=time, fact=Health(component="heartbeat", state="ok"))]


def _pairs(text: str) -> list[Field]:
    """Names, their numbers and values. The time stands before all others, with a colon, and holds colons."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith(f"{_TIME}:"):
        return [(_TIME, "", first.partition(":")[2]), *_PAIR.findall(rest)]
    return _PAIR.findall(text)


def _plates(found: list[Field], body: bytes, status_time: VendorTime) -> list[Draft]:
    by_number: dict[str, dict[str, list[str | Node]]] = {}
    for name, number, value in found:
        if number and name.startswith(("LPR", "LP_", "ROI_", "ACT_PARAM", "COUNTRY", "THRESHOLD", "CAR_ID")):
            by_number.setdefault(number, {})[name] = [value]
    drafts = []
    for fields in list(by_number.values())[:MAX_PLATES]:
        node = Node(fields)
        if node.text("LPR") is None:
            continue
        own = node.text("LPR_TIME")
        drafts.append(draft(node, body, status_time if own is None else _time(own), key=node.text("LP_BMP")))
    return drafts


def _rules(found: list[Field], body: bytes, time: VendorTime) -> list[Draft]:
    return [
        Draft(part=body, time=time, fact=Rule(kind=_RULES[name], name=name, state="pulse"))
        for name, _, value in found
        if value == "1" and name in _RULES
    ]


def _time(text: str) -> VendorTime:
    """A time in GMT, or the camera's local one when it does not say so."""
    is_utc = text.upper().endswith(_GMT)
    moment = parse_time(text[: -len(_GMT)] if is_utc else text)
    return VendorTime(text, moment, is_utc=is_utc)
