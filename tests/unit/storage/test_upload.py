"""When an upload reads its file."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

from rasid.storage.objects import upload
from rasid.storage.objects.stored import Stored


class OneAtATime:
    """An object store that lets one upload send at a time, and keeps what it was sent."""

    def __init__(self) -> None:
        self.uploads = asyncio.Semaphore(1)
        self.bodies: list[bytes] = []

    async def call(self, work: Callable[[Any], Any], *, deadline_seconds: float | None = None) -> Any:
        return work(self)

    @contextmanager
    def saying(self, _: object) -> Any:
        yield

    def put_object(self, bucket: str, key: str, body: Any, size_bytes: int, **_: Any) -> Any:
        self.bodies.append(body.read(size_bytes))
        return SimpleNamespace(version_id="1")


async def test_a_small_file_is_in_memory_only_while_it_is_sent(tmp_path, monkeypatch):
    """It waits for what must come before and for its turn on the disk: so what is there at its turn is what is sent."""

    async def stat(*_: object) -> Stored:
        return Stored("clip", "1", 5)

    monkeypatch.setattr(upload, "stat", stat)
    path = tmp_path / "clip"
    path.write_bytes(b"first")
    store, asked, may_send = OneAtATime(), asyncio.Event(), asyncio.Event()

    async def when_sent() -> None:
        asked.set()
        await may_send.wait()
        path.write_bytes(b"other")

    last = b"third"
    order = upload.Order(
        bucket="bucket",
        key="clip",
        path=path,
        sha256=hashlib.sha256(last).hexdigest(),
        media_type="video/mp4",
        retention=None,
        is_held=False,
        only_new=False,
        when_sent=when_sent,
    )
    await store.uploads.acquire()
    sending = asyncio.create_task(upload.send(store, order))  # type: ignore[arg-type] - all of a store that it uses
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait({sending, waiting}, return_when=asyncio.FIRST_COMPLETED)
    assert not sending.done(), "it read the file before it was to be sent"
    may_send.set()
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(sending), 0.05)
    path.write_bytes(last)
    store.uploads.release()
    await sending
    assert store.bodies == [last]
