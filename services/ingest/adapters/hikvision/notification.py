"""What every EventNotificationAlert carries: which event, of which device, when."""

import re
from datetime import datetime, timedelta

from msgspec import Struct

from rasid.contract.detections import VendorIds
from services.ingest.adapters.hikvision.words import NOTHING
from services.ingest.payload.reading import Part, VendorTime
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

_ABSOLUTE_DIGITS = 17
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_SECOND = timedelta(seconds=1)
_UUID_CHARACTERS = 128
_NO_UUID = re.compile(r"[0-]*")


class Notification(Struct, frozen=True):
    """One notification: its fields, the bytes it came as, the parts that go with it, and what was noticed so far."""

    fields: Node
    part: bytes
    attachments: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def event_type(self) -> str:
        """The vendor's event type in lower case; empty when there is none."""
        return (self.fields.text("eventType") or "").lower()

    @property
    def event_type_named(self) -> str:
        """The vendor's event type where it is a plain word, for people; a sentence may repeat it."""
        named = self.fields.text("eventType") or ""
        return named if _PLAIN_WORD.fullmatch(named) else "(none that can be named)"

    @property
    def is_active(self) -> bool | None:
        """Whether the event begins or goes on (True), is over (False) or does not say (None)."""
        return {"active": True, "inactive": False}.get((self.fields.text("eventState") or "").lower())

    @property
    def is_replay(self) -> bool:
        """Whether the device sends again what it could not send before."""
        return (self.fields.text("isDataRetransmission") or "").lower() in {"true", "1"}

    def uuid(self) -> str | None:
        """The event's own id; None when it is missing or all zeros."""
        uuid = self.fields.text("UUID")
        return None if uuid is None or len(uuid) > _UUID_CHARACTERS or _NO_UUID.fullmatch(uuid) else uuid

    @property
    def channel(self) -> str | None:
        """The channel of the device."""
        return self.fields.text("channelID", "dynChannelID")

    def vendor(self, track_id: str | None = None, event_id: str | None = None) -> VendorIds:
        """The device's identifiers, `event_id` before the notification's own.

        A serial number where there is one, else the network address, else its own name.
        """
        extensions = self.fields.node("Extensions")
        serial = self.fields.text("deviceSerialNo", "deviceSerial", "serialNumber") or extensions.text("serialNumber")
        return VendorIds(
            event_id=event_id or self.uuid(),
            track_id=track_id,
            device_serial=serial or self.fields.text("macAddress", "deviceID"),
            channel=self.channel,
        )

    def time(self, absolute: str | None = None) -> VendorTime:
        """When it happened. `absolute` is the picture's own time, local and with milliseconds."""
        text = self.fields.text("dateTime", "triggerTime") or ""
        moment = parse_time(text)
        return VendorTime(text, None if moment is None else _refined(moment, absolute))


def meaningful(text: str | None) -> str | None:
    """A word of the device, or None where it stands for nothing."""
    return None if text is None or text.lower() in NOTHING else text


def _refined(moment: datetime, absolute: str | None) -> datetime:
    """With the milliseconds of the picture's time, when that is the same moment."""
    if absolute is None or moment.microsecond or len(absolute) != _ABSOLUTE_DIGITS or not absolute.isdecimal():
        return moment
    digits = absolute if absolute.isascii() else f"{int(absolute):0{_ABSOLUTE_DIGITS}d}"
    try:
        picture = datetime.fromisoformat(f"{digits[:8]}T{digits[8:14]}.{digits[14:]}")
    except ValueError:
        return moment
    passed = picture - moment.replace(tzinfo=None)
    return moment + passed if abs(passed) < _SECOND else moment
