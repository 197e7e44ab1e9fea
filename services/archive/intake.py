"""A clip's way in: onto the spool, looked into, into the locked bucket, into its manifest. Nothing half is visible.

The order makes every crash harmless. Until the store has all of it there is nothing but a file in the spool, which the
next start removes, and parts that nobody sees, which are dropped. Once it is looked into it is noted, and only then
becomes an object: what the store then has is found and settled. The manifest and the event that tells of it are one
write; only then is whoever sent it answered.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from rasid.errors import Full, Problem, TemporarilyUnavailable, Unavailable, Unprocessable
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.archive import lifecycle
from services.archive.evidence import Clip, Evidence, Span, Upload, gaps, moment, object_key
from services.archive.incoming import IncomingBody
from services.archive.lifecycle import Actor
from services.archive.object_lock import ObjectLock
from services.archive.ports import ClipStore, EvidenceStore, Parcel, UploadStore
from services.archive.probing import Footage, Prober
from services.archive.sniffing import ClipKind, clip_kind
from services.archive.spool import Spool, Spooled

TRIES = 10
FULL_SECONDS = "300"
AWAY_SECONDS = "30"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody sends: the body, what they say of it beforehand, and which time it shows (None: the window)."""

    body: IncomingBody
    declared_bytes: int | None
    sha256: str | None
    shows: Span | None
    by: str
    case_id: str | None


@dataclass(frozen=True, slots=True)
class Stores:
    """Where manifests, uploads and clips are kept."""

    evidence: EvidenceStore
    uploads: UploadStore
    clips: ClipStore


class Intake:
    """Takes clips in. `active` are the uploads that run in this process."""

    def __init__(
        self,
        stores: Stores,
        spool: Spool,
        prober: Prober,
        lock: ObjectLock,
        *,
        kept_seconds: float,
        upload_seconds: float,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        wake: Callable[[], None],
    ) -> None:
        self._stores = stores
        self._spool = spool
        self._prober = prober
        self._lock = lock
        self._kept = timedelta(seconds=kept_seconds)
        self._upload = timedelta(seconds=upload_seconds)
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._wake = wake
        self.active: set[str] = set()

    async def take(self, evidence: Evidence, offer: Offer) -> tuple[Evidence, bool]:
        """The evidence with its clip, and whether the clip is new: the same bytes sent again change nothing.

        Raises Problem for what is no clip or not the clip that was announced, Conflict when another clip is there,
        Unavailable and TemporarilyUnavailable when it could not be kept: then it must be sent again.
        """
        outcome = "broken_off"
        started = self._clock.monotonic()
        try:
            self._lock.check()
            taken, is_new = await self._take(evidence, offer)
            outcome = "stored" if is_new else "known"
        except (Problem, Unavailable) as error:
            await offer.body.let_them_finish()
            is_ours = isinstance(error, Unavailable) or error.status >= 500  # noqa: PLR2004 - the server's errors begin there
            outcome = "unavailable" if is_ours else "refused"
            raise
        finally:
            self._metrics.clips.labels(outcome=outcome).inc()
        self._metrics.clip_seconds.observe(self._clock.monotonic() - started)
        return taken, is_new

    async def _take(self, evidence: Evidence, offer: Offer) -> tuple[Evidence, bool]:
        # What is declared is believed only where it is refused: that it is the clip which is there must show.
        is_announced_again = evidence.clip is not None and offer.sha256 == evidence.clip.sha256
        if offer.sha256 is not None and not is_announced_again:
            lifecycle.check_awaits(evidence)
        kinds: list[ClipKind] = []
        body = self._spool.receive(offer.body, offer.declared_bytes, lambda head: kinds.append(clip_kind(head)))
        async with body as spooled:
            _check_digest(spooled, offer.sha256)
            if evidence.clip is not None and spooled.digests.sha256 == evidence.clip.sha256:
                return evidence, False
            lifecycle.check_awaits(evidence)
            return await self._put(evidence, offer, spooled, kinds[0])

    async def _put(self, evidence: Evidence, offer: Offer, spooled: Spooled, kind: ClipKind) -> tuple[Evidence, bool]:
        note = self._note_of(evidence, offer, spooled, kind)
        self.active.add(note.upload_id)
        try:
            note, version_id = await self._look_and_send(note, spooled, kind)
            return await self.finish(note, version_id, Actor(self._now(), offer.by, offer.case_id))
        finally:
            self.active.discard(note.upload_id)

    async def _look_and_send(self, note: Upload, spooled: Spooled, kind: ClipKind) -> tuple[Upload, str]:
        """Look into it while its bytes go to the store, where nothing is seen of them before the note is written."""

        async def looked_into_and_noted() -> None:
            nonlocal note
            note = _with_footage(note, await looking)
            await self._stores.uploads.begin(note)

        try:
            async with asyncio.TaskGroup() as group:
                looking = group.create_task(self._prober.probe(spooled.path, kind))
                sending = group.create_task(self._put_bytes(note.clip, spooled, looked_into_and_noted))
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return note, sending.result()

    async def _put_bytes(self, clip: Clip, spooled: Spooled, when_sent: Callable[[], Awaitable[None]]) -> str:
        ours: list[Unavailable] = []

        async def noted() -> None:
            try:
                await when_sent()
            except Unavailable as error:  # of the database, not of the object store
                ours.append(error)
                raise

        parcel = Parcel(clip.sha256, clip.media_type, clip.locked_until)
        try:
            return await self._stores.clips.put(clip.object, spooled.path, parcel, noted)
        except Unavailable as error:
            if error in ours:
                raise
            raise _not_taken(error) from None

    def _note_of(self, evidence: Evidence, offer: Offer, spooled: Spooled, kind: ClipKind) -> Upload:
        now = self._now()
        shows = offer.shows or evidence.window
        clip = Clip(
            object=object_key(spooled.digests.sha256),
            version_id="",
            sha256=spooled.digests.sha256,
            chunk_sha256=spooled.digests.chunks,
            size_bytes=spooled.size_bytes,
            media_type=kind.media_type,
            shows=shows,
            gaps=gaps(evidence.window, [shows]),
            received_at=now,
            received_from=offer.by,
            # Whole seconds, rounded up: the store keeps no finer time, and must not let go before we do.
            locked_until=(now + self._kept).replace(microsecond=0) + timedelta(seconds=1),
        )
        return Upload(
            upload_id=self._ids.new(),
            evidence_id=evidence.evidence_id,
            clip=clip,
            by=offer.by,
            case_id=offer.case_id,
            spool=self._spool.name,
            settle_after=now + self._upload,
        )

    async def finish(self, upload: Upload, version_id: str, actor: Actor) -> tuple[Evidence, bool]:
        """Write the manifest of bytes that are in the store. Raises Conflict when another clip was quicker."""
        clip = replace(upload.clip, version_id=version_id)
        for _ in range(TRIES):
            evidence = await self._stores.evidence.evidence(upload.evidence_id)
            if evidence is None:
                raise Unavailable("the manifest", "it is not there any more")
            if evidence.clip is not None and evidence.clip.version_id == version_id:
                await self._stores.uploads.end(upload.upload_id)
                return evidence, True  # an earlier write of ours was done, and its answer lost
            if evidence.clip is not None and evidence.clip.sha256 == clip.sha256:
                return evidence, False  # twice at the same time: the other one's copy counts, ours is settled later
            step = lifecycle.store(evidence, clip, actor, kept_seconds=self._kept.total_seconds())
            if await self._stores.evidence.save(step):
                await self._stores.uploads.end(upload.upload_id)
                self._metrics.clip_bytes.inc(clip.size_bytes)
                self._wake()
                return await self._stores.evidence.evidence(upload.evidence_id) or step.evidence, True
        raise Unavailable("the manifest", f"it changed {TRIES} times while the clip was being stored")

    def _now(self) -> datetime:
        return moment(self._clock.now())


def _with_footage(note: Upload, footage: Footage) -> Upload:
    """The note, with what the look into the clip found."""
    clip = replace(
        note.clip,
        duration_seconds=footage.duration_seconds,
        tracks=footage.tracks,
        is_cut_off=footage.is_cut_off,
    )
    return replace(note, clip=clip)


def _check_digest(spooled: Spooled, sha256: str | None) -> None:
    if sha256 is not None and spooled.digests.sha256 != sha256:
        raise Unprocessable(
            "clip-digest-differs",
            "These bytes are not those whose digest you declared: they were changed or cut on the way. Send again.",
        )


def _not_taken(error: Unavailable) -> TemporarilyUnavailable:
    """What whoever sent the clip is told. Some stores do not say that they are full: then both reasons are said."""
    if isinstance(error, Full):
        detail = "The object store has no room left, so the clip was not kept: send it again when there is room."
        return TemporarilyUnavailable("store-full", detail, headers={"Retry-After": FULL_SECONDS})
    log.error("the object store did not take a clip", what=error.what, why=error.detail)
    detail = (
        f"The object store did not take the clip ({error.detail}): nothing was stored for you to rely on. Send it "
        "again later; whoever runs the store finds the reason in its log."
    )
    return TemporarilyUnavailable("store-takes-nothing", detail, headers={"Retry-After": AWAY_SECONDS})
