"""What the path of a read needs of the registry's documents: who may post, and what reading their payloads takes."""

from typing import Any

from rasid.storage.changes import FIELD as CHANGED
from rasid.storage.mongo import Document
from services.ingest.credentials import Credential
from services.ingest.devices import Device
from services.ingest.payload.reading import CameraContext

# What the path of a read needs of a camera's document.
DEVICE_FIELDS = (
    *("row.site_id", "row.time_zone", "row.adapter", "row.state", "row.address", "row.serial"),
    *("row.mqtt_topic", "row.channel", "row.pull", "row.pull_port"),
    *("skew_seconds", "state_at", "credentials"),
)
CONTROLLER_FIELDS = ("credentials", "row.mqtt_topic")
# Fields of a camera that documents of an earlier version lack.
ABSENT_BEFORE = ("address", "serial", "mqtt_topic", "channel", "pull", "pull_port")


def device_of(document: Document) -> Device:
    """A camera's document as the path of a read needs it."""
    row: dict[str, Any] = document["row"]
    return Device(
        context=CameraContext(
            camera_id=document["_id"],
            site_id=row["site_id"],
            time_zone=row["time_zone"],
            skew_seconds=document.get("skew_seconds"),
            adapter=row["adapter"],
        ),
        state=row["state"],
        credentials=credentials_of(document),
        changed=document[CHANGED],
        state_at=document.get("state_at"),
        # Written before there were these: absent.
        **{name: row.get(name) for name in ABSENT_BEFORE},
    )


def controller_of(document: Document) -> Device:
    """A site's document as the path of its controller's reports needs it: known by the site's identifier."""
    return Device(
        context=CameraContext(camera_id=document["_id"], site_id=document["_id"]),
        state="active",
        credentials=credentials_of(document),
        changed=document[CHANGED],
        mqtt_topic=document.get("row", {}).get("mqtt_topic"),
    )


def credentials_of(document: Document) -> tuple[Credential, ...]:
    """What a device may prove itself by, newest first."""
    return tuple(Credential(**one) for one in document.get("credentials", ()))
