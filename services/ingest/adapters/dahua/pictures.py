"""The pictures that come with a Dahua event: parts after it, or base64 inside the HTTP push."""

from rasid.contract.detections import ImageKind
from services.ingest.adapters.dahua.record import Record
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.reading import Picture

# The HTTP push names its pictures; `CutoutPic` is cut out around the plate.
_EMBEDDED: dict[str, ImageKind] = {"CutoutPic": "plate", "VehiclePic": "vehicle", "NormalPic": "overview"}


def pictures_of(record: Record, kind: ImageKind = "overview") -> tuple[Picture, ...]:
    """The event's pictures; parts of a stream do not say what they show, so the caller says what they may show."""
    embedded = tuple(
        Picture(named, embedded_picture(text))
        for block, named in _EMBEDDED.items()
        if (text := record.data.node(block).long_text("Content"))
    )
    return (*embedded, *(Picture(kind, part.body) for part in record.attachments))
