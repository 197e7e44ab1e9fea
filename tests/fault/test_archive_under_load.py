"""Clips while an engine dies and comes back: what was answered is there, told once, byte for byte; nothing is half."""

import asyncio
import hashlib

import httpx
import pytest

from rasid.contract.topics import EVIDENCE
from tests.fault.conftest import archivists
from tests.support import ledger
from tests.support.archive import Archivists
from tests.support.clips import clip
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.town import Town
from tools.demo.connecting import http_client

AT_ONCE = 3
SENT = (200, 201)

pytestmark = pytest.mark.timeout(300)


class Senders:
    """People who ask for recordings and send them, again and again until each is answered."""

    def __init__(self, archive: Archivists) -> None:
        self.kept: dict[str, str] = {}
        self.refused = 0
        self._archive = archive
        self._stopping = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as senders:
            for _ in range(AT_ONCE):
                senders.create_task(self._send())

    def stop(self) -> None:
        self._stopping = True

    async def _send(self) -> None:
        while not self._stopping:
            body = clip(40_000)
            evidence_id = await self._until_it_works(self._archive.ask)
            await self._until_it_works(lambda body=body, evidence_id=evidence_id: self._put(evidence_id, body))
            self.kept[evidence_id] = hashlib.sha256(body).hexdigest()

    async def _put(self, evidence_id: str, body: bytes) -> None:
        answer = await self._archive.put(evidence_id, body)
        assert answer.status_code in SENT, answer.status_code

    async def _until_it_works(self, work):
        while True:
            try:
                return await work()
            except (AssertionError, httpx.TransportError):
                self.refused += 1
                await asyncio.sleep(0.1)


async def check_ledger(archive: Archivists, kept: dict[str, str]) -> None:
    events = await ledger.events(archive.bootstrap, EVIDENCE.name, "evidence.stored")
    told: dict[str, set[str]] = {}
    for event in events:
        told.setdefault(event.data.evidence_id, set()).add(event.id)
    assert {evidence_id: len(told.get(evidence_id, ())) for evidence_id in kept} == dict.fromkeys(kept, 1)
    async with http_client(timeout=30) as anyone:
        for evidence_id, sha256 in kept.items():
            shown = await anyone.get(await archive.link(evidence_id))
            assert hashlib.sha256(shown.content).hexdigest() == sha256
    assert list(archive.spool.rglob("*.clip")) == []


@pytest.mark.parametrize("name", ["objects", "mongo", "kafka"])
async def test_an_engine_that_dies_under_load_costs_no_clip_that_was_answered(town: Town, name: str):
    archive = await archivists(town)
    engine = killable(getattr(town.platform.engines, name))
    senders = Senders(archive)
    async with asyncio.TaskGroup() as group:
        group.create_task(senders.run())
        await eventually(lambda: len(senders.kept) >= 3, 60, "clips are taken")
        await engine.kill()
        refused = senders.refused
        await eventually(lambda: senders.refused > refused, 60, "clips are refused honestly")
        await engine.start()
        kept = len(senders.kept)
        await eventually(lambda: len(senders.kept) >= kept + 3, 120, "clips are taken again")
        senders.stop()

    async def all_told() -> bool:
        events = await ledger.events(archive.bootstrap, EVIDENCE.name, "evidence.stored")
        return senders.kept.keys() <= {event.data.evidence_id for event in events}

    await eventually(all_told, 60, "all of them are told")
    await check_ledger(archive, senders.kept)
