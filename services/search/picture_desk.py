"""Pictures of passages: a link for a short while, and the picture behind it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from rasid.contract.detections import Image
from rasid.contract.pictures import Place, place_of
from rasid.errors import NotFound, TemporarilyUnavailable
from rasid.identity.media_links import MediaLinks
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from services.search.passage import Passage
from services.search.ports import PassageStore, PictureStore

PENDING_SECONDS = "5"
# What a browser may show by itself; anything else is handed out as a file.
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"})
FILE = "application/octet-stream"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Link:
    """A token for the address of a picture, and until when it opens it."""

    image: Image
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes, proven to be those that the camera sent."""

    body: bytes
    media_type: str


class PictureDesk:
    """Pictures in the bucket that ingest fills, as long as they are kept and their passages are there."""

    def __init__(
        self, passages: PassageStore, store: PictureStore, bucket: str, links: MediaLinks, clock: Clock
    ) -> None:
        self._passages = passages
        self._store = store
        self._bucket = bucket
        self._links = links
        self._clock = clock

    def link(self, passage: Passage, image: Image, *, subject: str, case_id: str) -> Link:
        """A link to a picture of a passage, no longer than either is kept; raises NotFound when it is not any more."""
        place = self._place(image)
        until = passage.expires_at if place.expires_at is None else min(passage.expires_at, place.expires_at)
        named = f"{passage.passage_id} {image.sha256}"
        token = self._links.make(named, subject=subject, case_id=case_id, until=until)
        return Link(image, token, self._links.open(token).expires_at)

    async def open(self, token: str) -> Picture:
        """The picture behind a link; raises Forbidden, NotFound, or TemporarilyUnavailable.

        NotFound is also the answer when the passage or the picture has expired since the link was made.
        """
        passage_id, _, sha256 = self._links.open(token).object_id.partition(" ")
        passage = await self._passages.passage(passage_id, self._clock.now())
        if passage is None:
            raise NotFound("passage-unknown", "The passage of this picture is no longer kept, nor shown.")
        image = image_of(passage, sha256)
        place = self._place(image)
        body = await self._store.get(self._bucket, place.key, start=place.start, size_bytes=place.size_bytes)
        if body is None:
            raise NotFound(
                "image-pending",
                "This picture is not in the object store (yet): a camera's picture may come a little after its read.",
                headers={"Retry-After": PENDING_SECONDS},
            )
        if hashlib.sha256(body).hexdigest() != sha256:
            log.error("a picture in the object store is not what was put there", bucket=self._bucket, key=place.key)
            raise TemporarilyUnavailable(
                "picture-altered",
                "The picture in the object store is damaged or was altered, so it is not shown. Tell the operators.",
            )
        return Picture(body, image.media_type if image.media_type in SHOWN else FILE)

    def _place(self, image: Image) -> Place:
        place = place_of(image.uri)
        if place is None:
            raise NotFound(
                "picture-not-stored",
                "Neither the object store nor the spool took this picture when its read came, so it was not kept.",
            )
        if not place.is_kept(self._clock.now()):
            raise NotFound(
                "picture-expired",
                "This picture is no longer kept, nor shown: those of faces are kept for a shorter time than a passage.",
            )
        return place


def image_of(passage: Passage, sha256: str) -> Image:
    """The picture of this digest; raises NotFound when the passage has none."""
    image = next((image for image in passage.images if image.sha256 == sha256), None)
    if image is None:
        raise NotFound("picture-unknown", "This passage has no picture of this digest; its `pictures` lists them.")
    return image
