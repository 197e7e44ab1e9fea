"""The spool: bounded, a part for each process, and cleared of what an earlier process left."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rasid.errors import ConfigurationError, TemporarilyUnavailable, Unprocessable
from rasid.testing.clock import SequenceIds
from services.archive.spool import BLOCK_BYTES, Spool
from tests.support.clips import clip, digests

IDS = SequenceIds()


def spool(folder: Path, limit_bytes: int = 100_000_000) -> Spool:
    return Spool(folder, limit_bytes=limit_bytes, body_bytes=50_000_000, idle_seconds=5, upload_seconds=50, ids=IDS)


async def chunks(body: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def nothing(_: bytes) -> None:
    """Every head is fine."""


@pytest.mark.parametrize("size", [1, BLOCK_BYTES - 1, BLOCK_BYTES, 3 * BLOCK_BYTES + 7])
async def test_a_body_is_a_file_for_as_long_as_the_block_lasts(tmp_path, size):
    mine = spool(tmp_path)
    mine.open()
    body = clip(size)[:size]
    async with mine.receive(chunks(body), None, nothing) as spooled:
        assert spooled.path.read_bytes() == body
        assert spooled.size_bytes == size
        assert spooled.digests == digests(body)
    assert not spooled.path.exists()
    mine.close()


async def test_a_head_that_is_refused_ends_the_reading(tmp_path):
    mine = spool(tmp_path)
    mine.open()
    given = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal given
        async for chunk in chunks(bytes(10_000_000)):
            given += len(chunk)
            yield chunk

    def refuse(head: bytes) -> None:
        assert len(head) == 4096
        raise Unprocessable("clip-unknown", "no")

    with pytest.raises(Unprocessable) as refused:
        async with mine.receive(counted(), None, refuse):
            pass
    assert refused.value.headers["Connection"] == "close"
    assert given < 1_000_000
    mine.close()


def test_each_process_has_a_part_of_its_own_and_takes_over_one_that_is_left(tmp_path):
    first, second = spool(tmp_path), spool(tmp_path)
    assert (first.open(), second.open()) == (0, 0)
    assert first.name != second.name
    (tmp_path / "0" / "left.clip").write_bytes(b"half")
    first.close()
    third = spool(tmp_path)
    assert third.open() == 1
    assert third.name == first.name
    assert not (tmp_path / "0" / "left.clip").exists()
    second.close()
    third.close()


async def test_all_bodies_together_are_bounded(tmp_path):
    mine = spool(tmp_path, limit_bytes=1_000_000)
    mine.open()
    async with mine.receive(chunks(bytes(700_000)), 700_000, nothing):
        with pytest.raises(TemporarilyUnavailable):
            async with mine.receive(chunks(bytes(700_000)), 700_000, nothing):
                pass
        with pytest.raises(TemporarilyUnavailable):
            async with mine.receive(chunks(bytes(700_000)), None, nothing):
                pass
    async with mine.receive(chunks(bytes(700_000)), None, nothing):
        pass
    mine.close()


def test_a_folder_that_cannot_be_used_says_which_setting_to_change(tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    with pytest.raises(ConfigurationError) as refused:
        spool(file).open()
    assert "RASID_CLIP_SPOOL" in refused.value.fix


async def test_a_disk_that_is_full_is_told_and_nothing_is_kept(tmp_path, monkeypatch):
    mine = spool(tmp_path)
    mine.open()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda *_, **__: io.FileIO("/dev/full", "wb"))
        with pytest.raises(TemporarilyUnavailable) as refused:
            async with mine.receive(chunks(bytes(5_000_000)), None, nothing):
                pass
    assert refused.value.slug == "spool-full"
    assert "ENOSPC" in refused.value.detail
    assert mine._held_bytes == 0
    async with mine.receive(chunks(bytes(5_000_000)), None, nothing) as spooled:
        assert spooled.size_bytes == 5_000_000
    mine.close()
