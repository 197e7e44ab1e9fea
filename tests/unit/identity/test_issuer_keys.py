"""Keys that an OpenID Connect provider publishes: which addresses are believed, and for how long."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from rasid.errors import ConfigurationError, TemporarilyUnavailable
from rasid.identity.discovery import check_issuer, discovery_address, read_discovery
from rasid.identity.issuer_keys import IssuerKeys
from rasid.identity.keyset import MAX_SET_BYTES
from rasid.identity.tokens import TokenRefused, TokenVerifier
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness
from rasid.runtime.serve import Lifecycle
from rasid.runtime.settings import ServiceSettings
from rasid.service.doors import make_cases, make_gate, make_verifier
from rasid.service.tools import Tools, make_tools
from rasid.testing.clock import ManualClock
from rasid.testing.identity import AUDIENCE, Issuer
from rasid.testing.publishing import RecordingPublisher
from tests.support.eventually import eventually

ADDRESS = "https://login.city.example/realms/rasid"
KEYS = "https://login.city.example/keys"
pytestmark = pytest.mark.expects_errors("identity provider's keys")


class Provider:
    """What answers at the provider's addresses."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.discovery: Any = {"issuer": ADDRESS, "jwks_uri": KEYS}
        self.asked: list[str] = []
        self.broken: httpx.Response | Exception | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if isinstance(self.broken, Exception):
            raise self.broken
        if self.broken is not None:
            return self.broken
        if str(request.url) == discovery_address(ADDRESS):
            return httpx.Response(200, json=self.discovery)
        return httpx.Response(200, content=self.issuer.key_set.read_bytes())

    @property
    def reads(self) -> int:
        return self.asked.count(discovery_address(ADDRESS))


class Bench:
    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.issuer = Issuer(folder, self.clock)
        self.provider = Provider(self.issuer)
        self.readiness = Readiness()
        self.keys = IssuerKeys(
            ADDRESS,
            self.clock,
            self.readiness,
            refresh_seconds=60,
            stale_seconds=600,
            transport=httpx.MockTransport(self.provider),
        )
        self.verifier = TokenVerifier(self.keys, ADDRESS, AUDIENCE, self.clock)

    def token(self, **changes: Any) -> str:
        return self.issuer.token(iss=ADDRESS, **changes)

    def is_believed(self, **changes: Any) -> bool:
        try:
            self.verifier.verify(self.token(**changes))
        except TokenRefused:
            return False
        return True

    async def pass_(self, seconds: int) -> None:
        """Let time pass, second by second, as the loop of the keys sees it."""
        for _ in range(seconds):
            await self.clock.advance(1)
            for _ in range(20):
                await asyncio.sleep(0)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.verifier.run())
        try:
            await eventually(lambda: not self.readiness.waiting)
            await self.pass_(1)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_until_the_keys_are_read_nobody_is_told_from_anybody_else(bench: Bench):
    with pytest.raises(TemporarilyUnavailable) as told:
        bench.verifier.verify(bench.token())
    assert told.value.slug == "token-keys-unknown"
    assert bench.readiness.waiting
    async with bench.running():
        assert bench.is_believed()
        assert not bench.readiness.waiting


async def test_a_rotated_key_counts_without_a_restart(bench: Bench):
    async with bench.running():
        bench.issuer.add_key("P-256", "next")
        next_key = {"kid": "next", "header": {"alg": "ES256"}}
        assert not bench.is_believed(**next_key)
        await bench.pass_(10)
        assert bench.is_believed(**next_key)


async def test_a_withdrawn_key_ends_its_tokens_with_the_next_reading(bench: Bench):
    async with bench.running():
        bench.issuer.add_key("Ed25519", "next")
        bench.issuer.withdraw_key("key-1")
        await bench.pass_(60)
        assert bench.is_believed(kid="next")
        bench.issuer.keys["key-1"] = bench.issuer.keys["next"]
        assert not bench.is_believed(kid="key-1")


async def test_strangers_who_name_keys_that_do_not_exist_make_nobody_ask_more_often(bench: Bench):
    bench.issuer.keys["unknown"] = bench.issuer.keys["key-1"]
    async with bench.running():
        for _ in range(60):
            assert not bench.is_believed(kid="unknown")
            await bench.pass_(1)
        assert bench.provider.reads <= 8


@pytest.mark.parametrize(
    "broken",
    [
        httpx.ConnectError("gone"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(200, content=b"not json"),
        httpx.Response(200, content=b"x" * (MAX_SET_BYTES + 1)),
        httpx.Response(200, content=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}),
        httpx.Response(200, json={"issuer": ADDRESS, "jwks_uri": "http://login.city.example/keys"}),
    ],
    ids=["gone", "slow", "500", "moved", "no json", "endless", "packed", "without https"],
)
async def test_a_provider_that_fails_leaves_the_last_good_keys_for_a_bounded_time(
    bench: Bench, broken: httpx.Response | Exception
):
    async with bench.running():
        bench.provider.broken = broken
        await bench.pass_(60)
        assert bench.is_believed(sub="first")
        assert bench.readiness.degraded
        assert not bench.readiness.waiting
        await bench.pass_(601)
        assert bench.readiness.waiting
        with pytest.raises(TemporarilyUnavailable):
            bench.verifier.verify(bench.token(sub="second"))
        bench.provider.broken = None
        await bench.pass_(10)
        assert bench.is_believed(sub="third")
        assert not bench.readiness.waiting
        assert not bench.readiness.degraded


async def test_a_set_with_a_private_key_is_not_taken(bench: Bench):
    async with bench.running():
        bench.issuer.publish(bench.issuer.keys["key-1"].as_dict(private=True))
        await bench.pass_(60)
        assert bench.readiness.degraded


@pytest.mark.parametrize(
    "address",
    [
        "https://login.city.example",
        "https://login.city.example:8443/realms/a",
        "http://127.0.0.1:8080",
        "http://[::1]/x",
    ],
)
def test_keys_are_fetched_over_https_or_from_this_machine(address: str):
    check_issuer(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "rasid",
            "http://login.city.example",
            "ftp://127.0.0.1",
            "file:///etc/keys",
            "https://",
            "https://a:b@c.example",
        ),
        *(
            "https://login.city.example/#x",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "https://x:99999",
            "https://a\n",
        ),
    ],
)
def test_from_no_other_address(address: str):
    with pytest.raises(ConfigurationError) as told:
        check_issuer(address)
    assert "RASID_TOKEN_ISSUER" in told.value.fix


@pytest.mark.parametrize(
    "described",
    [
        {},
        [],
        "text",
        {"jwks_uri": KEYS},
        {"issuer": ADDRESS + "/", "jwks_uri": KEYS},
        {"issuer": "https://elsewhere.example", "jwks_uri": KEYS},
        {"issuer": ADDRESS},
        {"issuer": ADDRESS, "jwks_uri": 5},
        {"issuer": ADDRESS, "jwks_uri": "http://127.0.0.1/keys"},
        {"issuer": ADDRESS, "jwks_uri": "file:///etc/keys"},
    ],
)
def test_a_description_of_anything_else_is_not_followed(described: object):
    with pytest.raises(ConfigurationError):
        read_discovery(json.dumps(described).encode(), ADDRESS)


def test_a_provider_of_this_machine_may_keep_its_keys_there():
    local = "http://localhost:9911"
    body = {"issuer": local, "jwks_uri": "http://localhost:9911/keys"}
    assert read_discovery(json.dumps(body).encode(), local) == "http://localhost:9911/keys"


def tools_with(**given: Any) -> Tools[ServiceSettings]:
    whole = {"port": 1, "database": "none", "pseudonym_key": "5a" * 32, "seal_key": "5a" * 32} | given
    return make_tools("test", ServiceSettings(**whole), Lifecycle())


def test_a_service_takes_its_keys_from_the_file_or_else_from_its_issuer(tmp_path: Path):
    issuer = Issuer(tmp_path, SystemClock())
    by_file = make_verifier(tools_with(token_keys=issuer.key_set))
    assert by_file.verify(issuer.token()).subject == "officer-1"
    by_issuer = tools_with(token_keys="", token_issuer=ADDRESS)
    make_verifier(by_issuer)
    assert by_issuer.readiness.waiting
    with pytest.raises(ConfigurationError):
        make_verifier(tools_with())


def test_a_service_whose_policy_does_not_load_does_not_start(tmp_path: Path):
    tools = tools_with(policy=tmp_path, token_keys=Issuer(tmp_path, SystemClock()).key_set)
    with pytest.raises(ConfigurationError, match="policy"):
        make_gate(RecordingPublisher(), make_cases(tools), make_verifier(tools), tools)
