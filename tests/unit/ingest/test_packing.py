"""Pictures of different posts are one object, and each is found in it."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.contract.event_ids import digest
from rasid.contract.pictures import place_of
from rasid.runtime.ids import RandomIds
from rasid.testing.clock import START
from services.ingest.normalize import StoredPicture
from services.ingest.packing import MOST_BYTES, Packing

END = START + timedelta(hours=72)


def picture(body):
    return StoredPicture(digest(body), "image/jpeg", body)


class Bench:
    """What a packing hands over is in `packs`, by key, once `gate` is open."""

    def __init__(self, linger_seconds=0.0):
        self.packs = {}
        self.outcome = "stored"
        self.gate = asyncio.Event()
        self.gate.set()
        self.packing = Packing(self.keep, linger_seconds=linger_seconds, ids=RandomIds())

    async def keep(self, pack):
        await self.gate.wait()
        if self.outcome == "broken":
            raise ZeroDivisionError
        self.packs[pack.key] = pack.body
        return self.outcome

    def read(self, uri):
        place = place_of(uri)
        return self.packs[place.key][place.start : place.start + place.size_bytes]

    async def add(self, *bodies, kind="other", ends=END):
        return await asyncio.gather(*(self.packing.add(picture(body), kind, ends) for body in bodies))


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=20))
def test_every_picture_is_found_in_its_pack_byte_for_byte(bodies):
    async def check():
        bench = Bench()
        told = await bench.add(*bodies)
        assert [bench.read(uri) for _, uri in told] == bodies
        assert len(bench.packs) == 1
        (pack,) = bench.packs.values()
        assert len(pack) == sum(map(len, set(bodies))), "none of them twice"

    asyncio.run(check())


async def test_what_comes_within_a_moment_goes_together_and_what_comes_later_does_not():
    bench = Bench(linger_seconds=0.05)
    first, second = await asyncio.gather(bench.add(b"1", b"2"), bench.add(b"3"))
    (later,) = await bench.add(b"4")
    keys = [place_of(uri).key for _, uri in (*first, *second, later)]
    assert len(set(keys[:3])) == 1
    assert keys[3] != keys[0]


async def test_classes_never_share_an_object_and_the_earliest_end_is_that_of_the_pack():
    bench = Bench()
    faces, others, sooner = await asyncio.gather(
        bench.add(b"face", kind="face"), bench.add(b"plate"), bench.add(b"scene", ends=END - timedelta(seconds=2))
    )
    places = [place_of(uri) for (_, uri) in (*faces, *others, *sooner)]
    assert len({place.key for place in places}) == 2
    assert places[0].key.startswith("face/")
    assert [place.expires_at for place in places] == [END, END - timedelta(seconds=2), END - timedelta(seconds=2)]


async def test_a_full_pack_goes_at_once_and_a_larger_picture_is_one_of_its_own():
    bench = Bench(linger_seconds=60)
    half, large = b"h" * (MOST_BYTES // 2 + 1), b"l" * (MOST_BYTES + 1)
    waiting = asyncio.ensure_future(bench.add(half, large, b"last"))
    await asyncio.wait([waiting], timeout=0.05)
    assert list(bench.packs.values()) == [half, large], "the third waits for more"
    await bench.packing.close()
    told = await waiting
    assert [bench.read(uri) for _, uri in told] == [half, large, b"last"]


async def test_whoever_goes_away_does_not_take_the_others_pictures_along():
    bench = Bench(linger_seconds=0.01)
    leaving, staying = (asyncio.ensure_future(bench.add(body)) for body in (b"leaving", b"staying"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leaving.cancel()
    ((outcome, uri),) = await staying
    assert (outcome, bench.read(uri)) == ("stored", b"staying")


async def test_nobody_is_answered_before_the_pack_is_durable():
    bench = Bench()
    bench.gate.clear()
    waiting = asyncio.ensure_future(bench.add(b"1", b"2"))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    bench.gate.set()
    assert [outcome for outcome, _ in await waiting] == ["stored", "stored"]


async def test_all_of_a_pack_hear_what_became_of_it_and_the_next_one_is_not_touched_by_it():
    bench = Bench()
    bench.outcome = "unavailable"
    assert {outcome for outcome, _ in await bench.add(b"1", b"2")} == {"unavailable"}
    bench.outcome = "broken"
    with pytest.raises(ZeroDivisionError):
        await bench.add(b"3")
    bench.outcome = "spooled"
    assert [outcome for outcome, _ in await bench.add(b"3")] == ["spooled"]
