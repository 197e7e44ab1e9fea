"""Pictures on this machine's disk while the object store does not take them, and their way there.

What waits too long, or is damaged, is counted and logged; its read is there and says which picture it had.
"""

from contextlib import suppress

import msgspec

from rasid.errors import AlreadyThere, Refused, Unavailable
from rasid.stream.spool import Spool
from rasid.stream.spool_losses import Loss
from services.ingest.normalize import StoredPicture
from services.ingest.pictures import PictureStore

KIND = "picture"
FACE_KIND = "picture.face"
# Nobody waits for these: a slow store is given time, where a post gives it a fraction of a second.
DEADLINE_SECONDS = 5.0
# Its event waits for this, and has waited for the store before.
KEEP_SECONDS = 1.0

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(StoredPicture)


class PictureSpool:
    """Keeps a picture until the object store has it."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    async def keep(self, picture: StoredPicture) -> bool:
        """Whether it is durable now; never raises Unavailable."""
        try:
            kind = FACE_KIND if picture.is_face else KIND
            await self._spool.append(kind, _encoder.encode(picture), deadline_seconds=KEEP_SECONDS)
        except Unavailable:
            return False
        return True


class StoreOutlet:
    """Puts pictures into one bucket; implements `spool_lane.Outlet`."""

    def __init__(self, store: PictureStore, bucket: str) -> None:
        self._store = store
        self._bucket = bucket
        self.acknowledged = 0
        """How many pictures the store has taken from here."""

    def key(self, body: bytes) -> bytes:
        """Each by itself: pictures have no order."""
        one = _decoder.decode(body)
        return (one.key or one.sha256).encode()

    async def send(self, body: bytes) -> None:
        """Return when the store has it; raises Unavailable."""
        one = _decoder.decode(body)
        try:
            with suppress(AlreadyThere):  # a key is never of other bytes
                await self._store.put(
                    self._bucket, one.key or one.sha256, one.body, one.media_type, deadline_seconds=DEADLINE_SECONDS
                )
        except Refused as error:  # a right that is missing: somebody has to give it, and then it goes on
            raise Unavailable("the object store", str(error)) from error
        self.acknowledged += 1

    def record(self, loss: Loss) -> tuple[str, bytes] | None:
        """None: the log and the metric are enough."""
        del loss
        return None
