"""Deterministic identities: the same payload posted twice, by two processes, before and after a restart, is one id.

Rules: the event contract, "Identity".
"""

import uuid
from datetime import datetime
from hashlib import sha1, sha256

# Made once for Rasid; changing it would give every event, sighting and alert another id.
NAMESPACE = uuid.UUID("6f1dc1b5-5a3d-5b0e-9a55-7261736964aa")
_NAMESPACE_BYTES = NAMESPACE.bytes
_SEPARATOR = "\x1f"


def event_id(
    *,
    camera_id: str,
    adapter: str,
    type_name: str,
    ordinal: int,
    sighting: str,
    revision: int,
    part: bytes,
) -> str:
    """The id of one event: `ordinal` counts the events of a payload, `part` is the event's own part of it."""
    return _uuid("event", camera_id, adapter, type_name, str(ordinal), sighting, str(revision), digest(part))


def sighting_id(camera_id: str, vendor_id: str) -> str:
    """Group a device's revisions of one track. `vendor_id` already has the UTC date where it is a counter."""
    return _uuid("sighting", camera_id, vendor_id)


def weak_sighting_id(camera_id: str, part: bytes, received_at: datetime | None) -> str:
    """A sighting without any vendor id: the part's hash, with the received minute when it has no time either."""
    minute = "" if received_at is None else received_at.strftime("%Y-%m-%dT%H:%MZ")
    return _uuid("weak-sighting", camera_id, digest(part), minute)


def alert_id(entry_id: str, first_sighting_id: str) -> str:
    """The id of the alert that a list entry and the first sighting of a passage make."""
    return _uuid("alert", entry_id, first_sighting_id)


def evidence_id(alert: str, camera_id: str, *window: str) -> str:
    """The id of the clip of a camera that belongs to an alert; `window` is what a person asked for beside the usual."""
    return _uuid("evidence", alert, camera_id, *window)


def caused_id(causing_id: str, entity: str) -> str:
    """The id of an event that another event (or one version of an entity) caused: publishing it again is harmless."""
    return _uuid("caused", causing_id, entity)


def digest(part: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return sha256(part).hexdigest()


def _uuid(*parts: str) -> str:
    """`str(uuid.uuid5(NAMESPACE, ...))`, in a third of its time: each read makes several."""
    digest16 = bytearray(sha1(_NAMESPACE_BYTES + _SEPARATOR.join(parts).encode(), usedforsecurity=False).digest()[:16])
    digest16[6] = digest16[6] & 0x0F | 0x50  # version 5
    digest16[8] = digest16[8] & 0x3F | 0x80  # RFC 9562's variant
    text = digest16.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
