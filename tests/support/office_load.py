"""People at work under load: clips that are sent and looked at, passages and alerts that are asked for, and its ledger.

Whatever was answered is remembered: a clip that was taken must be there whole, and everything that was shown must stand
in the audit log.
"""

import asyncio
import hashlib
import itertools
import secrets
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from rasid.contract.fields import utc_text
from rasid.contract.topics import AUDIT
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.load import reads_of
from tests.support.town import Town
from tools.demo.archivist import Archivist
from tools.demo.buckets import archive_bucket
from tools.demo.filming import clip_mp4
from tools.demo.searching import Searcher

PAUSE_SECONDS = 0.2
NOT_NOW = {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.INSUFFICIENT_STORAGE}


def unlike(clip: bytes) -> bytes:
    """The clip with a box after it that players pass over, so that it is another one (ISO 14496-12, 'free')."""
    body = secrets.token_bytes(16)
    return clip + struct.pack(">I4s", 8 + len(body), b"free") + body


@dataclass
class Office:
    """What people have done: clips by evidence id, taken or not, and the answers that showed something."""

    town: Town
    camera_id: str
    plates: list[str]
    taken: dict[str, bytes] = field(default_factory=dict)
    not_taken: dict[str, bytes] = field(default_factory=dict)
    shown: list[bytes] = field(default_factory=list)
    refused: int = 0
    excuses: Callable[[httpx.Response], bool] = lambda _answer: False
    """Whether what is done to the platform now may be the reason for a refusal that is wrong at other times."""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._began_at = self.town.platform.clock.now()

    async def run(self) -> None:
        """Work until told to stop."""
        async with (
            self.town.archivist() as archivist,
            self.town.searcher() as searcher,
            asyncio.TaskGroup() as people,
        ):
            people.create_task(self._repeat(lambda number: self._send(archivist, number)))
            people.create_task(self._repeat(lambda number: self._look(archivist, searcher, number)))

    def stop(self) -> None:
        self._stop.set()

    async def _repeat(self, work: Callable[[int], Awaitable[None]]) -> None:
        for number in itertools.count():
            try:
                await work(number)
            except httpx.TransportError:
                self.refused += 1
            try:
                async with asyncio.timeout(PAUSE_SECONDS):
                    await self._stop.wait()
            except TimeoutError:
                continue
            return

    async def _send(self, archivist: Archivist, number: int) -> None:
        """Ask for a window that nobody asked for before, and send its clip."""
        # From one moment on: away from the clock, at its pace, the same window could come twice.
        begins = self._began_at - timedelta(hours=1, seconds=number)
        wanted = {
            "camera_id": self.camera_id,
            "from_at": utc_text(begins),
            "to_at": utc_text(begins + timedelta(seconds=3)),
            "reason": "stolen-vehicle",
        }
        asked = await archivist.client.post("/v1/evidence", json=wanted)
        if not self._is_shown(asked):
            return
        evidence_id, clip = asked.json()["evidence_id"], unlike(clip_mp4(self.plates[0], seed=1, seconds=1))
        self.not_taken[evidence_id] = clip
        if self._is_shown(await archivist.send(evidence_id, clip)):
            self.taken[evidence_id] = self.not_taken.pop(evidence_id)

    async def _look(self, archivist: Archivist, searcher: Searcher, number: int) -> None:
        self._is_shown(await searcher.search(plate=self.plates[number % len(self.plates)]))
        async with self.town.officer() as officer:
            self._is_shown(await officer.client.get("/v1/alerts"))
        if self.taken:
            evidence_id = secrets.choice(list(self.taken))
            self._is_shown(await archivist.link(evidence_id))

    def _is_shown(self, answer: httpx.Response) -> bool:
        """Remember an answer; anything but a success or an honest "not now" is wrong."""
        if answer.is_success:
            self.shown.append(answer.content)
            return True
        # When the broker is away for long, nobody has heard of casework, and whoever asks hears that.
        is_silent = answer.json()["type"].endswith(":casework-silent")
        assert is_silent or answer.status_code in NOT_NOW or self.excuses(answer), answer.text
        self.refused += 1
        return False


async def check_archive(office: Office) -> None:
    """Every clip that was taken is there whole; of the others there is all or nothing; the store has nothing half."""
    async with office.town.archivist() as archivist:
        for evidence_id, clip in office.taken.items():
            assert (await archivist.fetch(evidence_id)).content == clip, evidence_id
        for evidence_id, clip in office.not_taken.items():
            evidence = (await archivist.evidence(evidence_id)).json()
            if evidence["clip"] is not None:
                assert evidence["clip"]["sha256"] == hashlib.sha256(clip).hexdigest(), evidence_id
                assert (await archivist.fetch(evidence_id)).content == clip, evidence_id
    async with archive_bucket(office.town.platform.engines.objects) as bucket:
        async for version in bucket.list("clips/"):
            await bucket.verify(version, version.key.rpartition("/")[2])


async def check_search(office: Office) -> None:
    """Every read of the plates that is on the topic is in exactly one passage."""
    async with office.town.searcher() as searcher:
        for plate in office.plates:
            reads = sorted(await reads_of(office.town, plate))

            async def indexed(plate: str = plate, reads: list[str] = reads) -> bool:
                return sorted(await _detections(searcher, plate)) == reads

            await eventually(indexed, 60, f"every read of {plate} is in one passage")


async def _detections(searcher: Searcher, plate: str) -> list[str]:
    """The reads of all passages of a plate, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await searcher.search(plate=plate, **cursor)).json()
        found += [detection for passage in page["items"] for detection in passage["detection_ids"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def check_audit(office: Office) -> None:
    """Each answer has a result record with its digest, and before that an intent of the same use."""
    await audited(office.town, office.shown)


async def audited(town: Town, answers: list[bytes]) -> None:
    """As `check_audit`, of any answers."""
    rows = [row.data for row in await ledger.events(town.platform.engines.kafka.address, AUDIT.name)]
    intended: set[str] = set()
    shown: set[str] = set()
    for row in rows:
        if row.stage == "intent":
            intended.add(row.audit_id)
        elif row.stage == "result" and row.result_sha256 is not None and row.audit_id in intended:
            shown.add(row.result_sha256)
    assert {hashlib.sha256(answer).hexdigest() for answer in answers} <= shown
