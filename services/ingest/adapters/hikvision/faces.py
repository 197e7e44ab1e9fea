"""Notifications about faces: the face as seen, and nothing of whose it is.

Two layouts are known from captures: a list named after the event type, whose entries have `targetAttrs` and `faces`
(with a place each and the name of the part with the crop), and `CaptureResult`, whose entries have one `Face`. Other
layouts give a face only where a crop came with them. What the device says about the person is counted by the survey
and read by nobody; places are on the grid of 1000, `faceScore` is per cent.
"""

from collections.abc import Iterator

from msgspec import Struct

from rasid.contract.detections import DetectedObject
from rasid.errors import InvalidEvent
from services.ingest.adapters.hikvision.notification import Notification
from services.ingest.adapters.hikvision.pictures import is_of_face, named_as, pictures_of
from services.ingest.adapters.hikvision.places import Place, rectangle
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, FaceSeen, Picture, VendorTime
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

FACE_REFUSED = "face_event_refused"
PER_CENT = 100.0
MAX_FACES = 64
_LISTS = ("faceCapture", "captureLibResult", "alarmResult", "CaptureResult", "faceSnap", "faceSnapMatch")
_RECTANGLES = ("faceRect", "FaceRect", "Rect", "rect", "TargetRect")


class _Face(Struct, frozen=True):
    """One face of a notification: its entry in the list, and its own block there; both empty for a crop alone."""

    entry: Node
    block: Node

    @property
    def number(self) -> str | None:
        """The device's number of the face; zero is none."""
        number = self.block.text("faceId", "faceID", "targetID")
        return None if number == "0" else number

    @property
    def event_id(self) -> str | None:
        """The id of the capture."""
        return self.entry.text("uid", "UUID", "traceUuid")

    def place(self) -> Place | None:
        """Where the face is."""
        return next((found for name in _RECTANGLES if (found := rectangle(self.block.node(name), Node()))), None)


def read_faces(notification: Notification) -> list[Draft]:
    """The faces of one notification. Raises InvalidEvent when there is no place and no crop of any."""
    faces = [one for one in _faces(notification.fields) if one.place() is not None][:MAX_FACES]
    pictures = pictures_of(notification)
    if not faces and any(picture.kind == "face" for picture in pictures):
        faces = [_Face(Node(), Node())]
    if not faces:
        raise InvalidEvent(
            FACE_REFUSED,
            f"the {notification.event_type_named} notification is about a face and holds neither its place nor its "
            "crop; who a camera takes somebody for is never kept: let the camera upload captured faces with their "
            "pictures, or switch this upload off",
        )
    return [_draft(notification, face, _pictures(notification, face, len(faces), pictures)) for face in faces]


def _faces(fields: Node) -> Iterator[_Face]:
    for name in _LISTS:
        for entry in fields.nodes(name):
            blocks = [*entry.nodes("faces"), *entry.nodes("Face")]
            yield from (_Face(entry, block) for block in blocks or [entry])
    for entry in fields.node("DetectionRegionList").nodes("DetectionRegionEntry"):
        yield _Face(entry, entry)


def _pictures(
    notification: Notification, face: _Face, count: int, pictures: tuple[Picture, ...]
) -> tuple[Picture, ...]:
    """The face's own crop by the name it gives, and what is of no single face; of one face, everything."""
    if count == 1:
        return pictures
    crop = face.block.text("contentID")
    pairs = zip(notification.attachments, pictures, strict=True)
    return tuple(picture for part, picture in pairs if not is_of_face(part) or named_as(part, crop))


def _draft(notification: Notification, face: _Face, pictures: tuple[Picture, ...]) -> Draft:
    place = face.place()
    box = None if place is None else place.box
    score = face.block.text("faceScore")
    key = None if face.number is None else f"{notification.channel}/face/{face.number}"
    return Draft(
        part=notification.part,
        time=_time(notification, face),
        fact=FaceSeen(box=box, quality=ratio(score, PER_CENT)),
        vendor_key=key or face.event_id or notification.uuid(),
        vendor_key_is_counter=key is not None,
        is_replay=notification.is_replay,
        vendor=notification.vendor(face.number, face.event_id),
        objects=(DetectedObject(object_id=face.number, klass="face", box=box),),
        pictures=pictures,
        raw=_raw(place, score),
        warnings=(*notification.warnings, *_elsewhere(face, pictures)),
    )


def _time(notification: Notification, face: _Face) -> VendorTime:
    """When the face was captured, where that has an offset or nothing else has; else when the notification was made."""
    text = face.entry.node("targetAttrs").text("faceTime") or face.block.text("faceTime") or ""
    moment = parse_time(text)
    told = notification.time()
    return VendorTime(text, moment) if moment and (moment.tzinfo or told.moment is None) else told


def _raw(place: Place | None, score: str | None) -> dict[str, object]:
    raw: dict[str, object] = {} if place is None else {"box": place.raw}
    return raw if score is None else raw | {"quality": score, "quality_scale": PER_CENT}


def _elsewhere(face: _Face, pictures: tuple[Picture, ...]) -> tuple[str, ...]:
    """Pictures the device keeps on a server of its own are not fetched."""
    linked = face.block.text("URL") or face.entry.text("image") or face.entry.node("targetAttrs").text("bkgUrl")
    return ("picture_elsewhere",) if linked and not pictures else ()
