"""What people do with evidence: ask for it, look it up, hold it, have it checked, and get a link to its clip."""

from collections.abc import Callable
from datetime import datetime, timedelta

from rasid.contract.evidence import EvidenceRequestedV1
from rasid.contract.fields import parse_utc
from rasid.errors import Altered, Conflict, NotFound, Refused, Unavailable, Unprocessable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.archive import lifecycle
from services.archive.cameras import CameraTable
from services.archive.evidence import Clip, CustodyEntry, Evidence, Span, moment
from services.archive.lifecycle import Actor, Step, entry
from services.archive.ports import ClipStore, EvidenceQuery, EvidenceStore, Whole

TRIES = 10

log = get_logger(__name__)


class EvidenceDesk:
    """Manifests and the locked bucket together. `wake` tells the relay that an event waits."""

    def __init__(
        self,
        store: EvidenceStore,
        clips: ClipStore,
        cameras: CameraTable,
        *,
        kept_seconds: float,
        window_seconds: float,
        clock: Clock,
        metrics: Metrics,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clips = clips
        self._cameras = cameras
        self._kept_seconds = kept_seconds
        self._window = timedelta(seconds=window_seconds)
        self._clock = clock
        self._metrics = metrics
        self._wake = wake

    def actor(self, by: str, case_id: str | None) -> Actor:
        """Somebody, now."""
        return Actor(moment(self._clock.now()), by, case_id)

    async def ask(self, asked: EvidenceRequestedV1, actor: Actor) -> Evidence:
        """Await a clip of a window; asking for the same again changes nothing. Raises Unprocessable."""
        if asked.camera_id not in self._cameras:
            raise Unprocessable("camera-unknown", "There is no camera with this id in the registry.")
        window = Span(parse_utc(asked.from_at), parse_utc(asked.to_at))
        if window.from_at > actor.at:
            raise Unprocessable("window-in-the-future", "What is asked for has not happened yet.")
        if window.to_at - window.from_at > self._window:
            hours = self._window.total_seconds() / 3600
            raise Unprocessable("window-too-long", f"Ask for {hours:g} hours at a time, and say which you need.")
        evidence = lifecycle.ask(asked, window, actor, kept_seconds=self._kept_seconds)
        stored = await self._store.add(evidence, lifecycle.requested_event(asked, actor.at))
        self._wake()
        return stored

    async def page(self, query: EvidenceQuery) -> list[Evidence]:
        """A page of what is readable, newest first."""
        return await self._store.page(query, self._clock.now())

    async def read(self, evidence_id: str, *, whatever_its_state: bool = False) -> Evidence:
        """One piece of evidence; raises NotFound for what is not there, has expired or is erased."""
        evidence = await self._store.evidence(evidence_id)
        if evidence is None or not (whatever_its_state or evidence.is_readable(self._clock.now())):
            raise NotFound("evidence-unknown", "There is no such evidence, or it has expired or was erased.")
        return evidence

    async def alert_received(self, evidence: Evidence) -> datetime | None:
        """When the alert it belongs to was received; None when it is of none, or that is not known (any more)."""
        return None if evidence.alert_id is None else await self._store.alert_received(evidence.alert_id)

    async def fail(self, evidence_id: str, reason: str, actor: Actor, *, retriable: bool) -> Evidence:
        """Say that a clip cannot be had."""
        return await self.step(evidence_id, lambda found: lifecycle.fail(found, reason, actor, retriable=retriable))

    async def hold(self, evidence_id: str, case_id: str, actor: Actor) -> Evidence:
        """Keep it for a case. In the store first: what the manifest says is held is held.

        And once more afterwards: a release that ran at the same moment may have undone the first.
        """
        clip = lifecycle.check_stored(await self.read(evidence_id))
        try:
            await self._clips.hold(clip.object, clip.version_id)
        except Refused as error:
            raise Conflict("store-refuses-hold", f"Nothing was held: {error}.") from None
        held = await self.step(evidence_id, lambda found: lifecycle.hold(found, case_id, actor))
        await self._clips.hold(clip.object, clip.version_id)
        return held

    async def release(self, evidence_id: str, take: Callable[[Evidence], Step | None]) -> Evidence:
        """Take a step with which a case lets go. The store lets go last, and only when no case holds it."""
        released = await self.step(evidence_id, take)
        clip = lifecycle.check_stored(released)
        if not released.is_held:
            await self._let_go(clip)
            now = await self._store.evidence(evidence_id)
            if now is not None and now.is_held:
                await self._clips.hold(clip.object, clip.version_id)
        return released

    async def _let_go(self, clip: Clip) -> None:
        try:
            await self._clips.release(clip.object, clip.version_id)
        except Refused as error:  # no case holds it any more all the same: it is let go with its deletion
            log.warning("the store does not release a clip that no case holds", why=str(error))

    async def verify(self, evidence: Evidence, actor: Actor) -> bool:
        """Read all of the clip and compare; what was found goes into the custody.

        A manifest from before there were digests of chunks is given them, so that parts can be shown.
        """
        clip = lifecycle.check_stored(evidence)
        try:
            digests = await self._clips.verify(whole(clip), clip.sha256)
            if clip.chunk_sha256 not in {b"", digests.chunks}:
                raise Altered("the manifest's digests of chunks are not those of the bytes")
        except Altered as error:
            await self.found_altered(evidence, actor, str(error))
            return False
        if clip.chunk_sha256:
            await self._store.note(evidence.evidence_id, lifecycle.verified_line(clip, actor))
        else:
            await self.step(evidence.evidence_id, lambda found: lifecycle.verified(found, digests, actor))
        return True

    async def found_altered(self, evidence: Evidence, actor: Actor, why: str) -> None:
        """The stored bytes are not those that came: say it where it is seen."""
        self._metrics.altered.inc()
        log.error("a stored clip is not what was put", evidence_id=evidence.evidence_id, why=why)
        await self._store.note(evidence.evidence_id, entry(actor, "found_altered", why))

    async def viewed(self, evidence: Evidence, actor: Actor) -> CustodyEntry:
        """Somebody is given a link to the clip; noted before it is given."""
        lifecycle.check_stored(evidence)
        line = entry(actor, "viewed")
        await self._store.note(evidence.evidence_id, line)
        return line

    async def step(self, evidence_id: str, take: Callable[[Evidence], Step | None]) -> Evidence:
        """Take a step on what is stored, again when it changed meanwhile; None from `take` means nothing to do."""
        for _ in range(TRIES):
            step = take(await self.read(evidence_id))
            if step is None:
                return await self.read(evidence_id)
            if await self._store.save(step):
                self._wake()
                return await self._store.evidence(evidence_id) or step.evidence
        raise Unavailable("the evidence", f"it changed {TRIES} times while a step was being taken")


def whole(clip: Clip) -> Whole:
    """The version that the manifest names."""
    return Whole(clip.object, clip.version_id, clip.size_bytes)


def altered() -> Conflict:
    """What whoever asks for an altered clip is told."""
    return Conflict(
        "evidence-altered",
        "The stored bytes are not those that were put: they are not shown. It is in the custody and in the log; tell "
        "whoever is responsible for the object store.",
    )
