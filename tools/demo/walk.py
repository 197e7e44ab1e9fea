"""The walk of one wanted vehicle, from the ring to evidence that nobody can alter or delete, step by step.

Each step says what it does, what came of it, and what to look at.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from tools.demo.archivist import Archivist
from tools.demo.filming import altered, clip_mp4
from tools.demo.searching import Searcher, half_of

Say = Callable[[str], None]
# Deletes a version with the credential that the services use; returns why the object store refuses.
Delete = Callable[[str, str], Awaitable[str]]

T = TypeVar("T")

PATIENCE_SECONDS = 30.0
AGAIN_SECONDS = 0.3
DIGITS_SHOWN = 16


class Astray(Exception):
    """A step did not end as it must; says which and how."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One officer's walk. `shown` are the services as people reach them; `delete` None: the object store is not."""

    searcher: Searcher
    archivist: Archivist
    shown: Mapping[str, str]
    delete: Delete | None
    say: Say

    async def take(self, alert: Mapping[str, Any]) -> None:
        """Walk on from an alert that has just rung; raises Astray."""
        plate = alert["plate"]["read"]
        self.say(f"\n  THE WALK of {plate}, which has just rung (alert {alert['alert_id']})")
        await self._find(alert)
        asked = await _until(lambda: self.archivist.of_alert(alert["alert_id"]), "the clip is asked for")
        evidence_id = asked[0]["evidence_id"]
        # The recorder is drawn here: it sends what was asked for when it rang.
        clip = clip_mp4(plate, seed=len(plate))
        await self._find_out(evidence_id, clip)
        await self._keep(await self._store(evidence_id, clip))
        self.say("  Every one of these steps stands in the audit log: who, for which case, why.\n")

    async def _find(self, alert: Mapping[str, Any]) -> None:
        half = half_of(alert["plate"]["read"])
        passage = await _until(lambda: self._passage(half, alert["detection_id"]), "the passage is found")
        self.say(f"  1 FOUND      by half its plate, {half!r}: camera {passage['camera_id']}, {passage['captured_at']}")
        self.say(f"               look: POST {self.shown['search']}/v1/passages/search")

    async def _passage(self, half: str, detection_id: str) -> dict[str, Any] | None:
        """The passage that the read which rang is part of."""
        found = await self.searcher.passages(half)
        return next((passage for passage in found if detection_id in passage["detection_ids"]), None)

    async def _find_out(self, evidence_id: str, clip: bytes) -> None:
        copy = altered(clip)
        answer = await self.archivist.send(evidence_id, copy, declared=clip)
        if answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY:
            raise Astray(f"an altered copy is found out: {answer.status_code} {answer.text}")
        self.say("  2 FOUND OUT  a copy of its clip in which one bit was altered on the way:")
        self.say(f"               SHA-256 announced {_digits(clip)}..., what came has {_digits(copy)}...")
        self.say(f"               the archive says {answer.status_code}: {answer.json()['detail']}")

    async def _store(self, evidence_id: str, clip: bytes) -> dict[str, Any]:
        answer = await self.archivist.send(evidence_id, clip)
        _check(answer, "the clip is stored", httpx.codes.CREATED, httpx.codes.OK)
        evidence: dict[str, Any] = answer.json()
        stored = evidence["clip"]
        self.say(
            f"  3 STORED     the clip that the alert asked for: {stored['media_type']}, {stored['size_bytes']} bytes,"
        )
        self.say(f"               SHA-256 {stored['sha256'][:DIGITS_SHOWN]}..., locked until {stored['locked_until']}")
        self.say(f"               look: GET {self.shown['archive']}/v1/evidence/{evidence_id}")
        return evidence

    async def _keep(self, evidence: Mapping[str, Any]) -> None:
        evidence_id, stored = evidence["evidence_id"], evidence["clip"]
        _check(await self.archivist.hold(evidence_id), "the clip is held", httpx.codes.OK)
        if self.delete is None:
            self.say("  4 HELD       for the case: from now on the object store refuses to delete it")
            return
        said = await self.delete(stored["object"], stored["version_id"])
        if not said:
            raise Astray("a delete is refused: the object store did not")
        fetched = await self.archivist.fetch(evidence_id)
        if hashlib.sha256(fetched.content).hexdigest() != stored["sha256"]:
            raise Astray(f"the clip is still there: {fetched.status_code}")
        self.say("  4 REFUSED    a delete of its bytes, with the very credential that the services use:")
        self.say(f"               {said}")
        self.say("               they still read as they came, by a link that is good for five minutes")


class FirstWalk:
    """Takes the first vehicle that rings for the walk; a walk that goes astray is told, and the demo goes on."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._alert: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()

    def rang(self, alert: Mapping[str, Any]) -> None:
        """A vehicle has rung."""
        if not self._alert.done():
            self._alert.set_result(alert)

    async def run(self) -> None:
        """Wait for the first, and walk."""
        try:
            await self._walk.take(await self._alert)
        except Astray as wrong:
            self._walk.say(f"  THE WALK WENT ASTRAY: {wrong}")


async def _until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """What `look` finds, as soon as it finds something: what rang a moment ago is indexed a moment later."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = await look()
                if found:
                    return found
                await asyncio.sleep(AGAIN_SECONDS)
    except TimeoutError:
        raise Astray(f"{what}: not within {PATIENCE_SECONDS:g} s") from None


def _check(answer: httpx.Response, what: str, *expected: int) -> None:
    if answer.status_code not in expected:
        raise Astray(f"{what}: {answer.status_code} {answer.text}")


def _digits(clip: bytes) -> str:
    return hashlib.sha256(clip).hexdigest()[:DIGITS_SHOWN]
