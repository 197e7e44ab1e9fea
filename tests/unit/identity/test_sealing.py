"""The readable query: sealed by every service, opened by oversight alone, and in its own record only."""

from collections.abc import AsyncIterator

import httpx
import pytest

from rasid.errors import Altered, ConfigurationError
from rasid.identity.sealing import MAX_BODY_BYTES, Sealer, new_seal_keys, open_sealed, public_half
from rasid.testing.identity import SEAL_PRIVATE, GateBench
from tests.unit.identity.desk import SECRET, Desk, client_of, make_app

PRIVATE, PUBLIC = new_seal_keys()


@pytest.fixture
async def client(bench: GateBench) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app(bench, Desk())) as client:
        yield client


def seal(body: bytes = b'{"plate": "13A98765"}', audit_id: str = "a-1") -> str:
    return Sealer(PUBLIC).seal(audit_id, "POST", "/v1/passages/search", "limit=5", body)


def test_oversight_reads_what_was_asked():
    assert open_sealed(PRIVATE, "a-1", seal()) == {
        "method": "POST",
        "path": "/v1/passages/search",
        "query": "limit=5",
        "body": '{"plate": "13A98765"}',
        "body_bytes": 21,
    }


def test_the_same_query_is_never_sealed_alike_and_shows_nothing():
    first, second = seal(), seal()
    assert first != second
    assert "plate" not in first
    assert first.startswith("s1:")


@pytest.mark.parametrize("text", ["", "s1", "s1::", "s1:00:AAAA", "s2" + seal()[2:], seal()[:-4] + "AAAA", "é"])
def test_what_was_changed_cannot_be_opened(text: str):
    with pytest.raises(Altered):
        open_sealed(PRIVATE, "a-1", text)


def test_neither_with_another_key_nor_in_another_record():
    sealed = seal()
    for key, audit_id in ((new_seal_keys()[0], "a-1"), (PRIVATE, "a-2")):
        with pytest.raises(Altered):
            open_sealed(key, audit_id, sealed)


def test_of_a_large_body_the_beginning_is_kept_and_bytes_that_are_no_text_do_no_harm():
    opened = open_sealed(PRIVATE, "a-1", seal(b"\xff" * (MAX_BODY_BYTES * 2)))
    assert opened["body_bytes"] == MAX_BODY_BYTES * 2
    assert len(str(opened["body"])) == MAX_BODY_BYTES
    assert open_sealed(PRIVATE, "a-1", Sealer(PUBLIC).seal("a-1", "GET", "/\udcff", "", b""))["path"] == "/?"


@pytest.mark.parametrize("key", ["", "5a", "no hex", "5a" * 31, "zz" * 32])
def test_what_is_no_key_is_refused_with_the_way_to_mend_it(key: str):
    with pytest.raises(ConfigurationError) as told:
        Sealer(key)
    assert "RASID_SEAL_KEY" in told.value.fix


def test_the_public_half_is_computed():
    assert public_half(PRIVATE) == PUBLIC


async def test_an_intent_carries_the_query_and_its_result_does_not_repeat_it(
    bench: GateBench, client: httpx.AsyncClient
):
    sent = bench.headers(roles=("investigator",))
    await client.post("/v1/entries", headers=sent, json={"plate": SECRET})
    intent, result = bench.records()
    opened = open_sealed(SEAL_PRIVATE, intent.audit_id, intent.sealed)
    assert (opened["method"], opened["path"]) == ("POST", "/v1/entries")
    assert SECRET in str(opened["body"])
    assert result.sealed is None
    assert SECRET not in repr(bench.records())


async def test_a_refusal_carries_it_too(bench: GateBench, client: httpx.AsyncClient):
    await client.get(f"/v1/plates/{SECRET}?deep=1", headers=bench.headers(case="case-9"))
    (refusal,) = bench.records()
    opened = open_sealed(SEAL_PRIVATE, refusal.audit_id, refusal.sealed)
    assert (opened["path"], opened["query"]) == (f"/v1/plates/{SECRET}", "deep=1")
