"""What the Publisher application for the License Plate Verifier sends: a plate, a device, milliseconds in UTC."""

from rasid.contract.detections import VendorIds
from services.ingest.payload.documents import Document
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.reading import Draft, Picture, PlateSeen
from services.ingest.payload.times import epoch_time


def publisher_draft(document: Document) -> Draft:
    """One plate."""
    fields = document.fields
    raw = fields.text("plate") or ""
    image = fields.long_text("image")
    return Draft(
        part=document.part,
        time=epoch_time(fields.text("timestamp"), 1000),
        fact=PlateSeen(raw=raw, reading=raw),
        vendor=VendorIds(device_serial=fields.text("device"), topic=fields.text("topic")),
        pictures=() if image is None else (Picture("overview", embedded_picture(image)),),
        raw={} if fields.text("localTime") is None else {"local_time": fields.text("localTime")},
    )
