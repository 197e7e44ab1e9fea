"""A city's own provider: whom Keycloak signs in, every service believes, and knows nothing but its address."""

import asyncio
import base64
import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.providers.browser import sign_in
from tests.providers.keycloak import Keycloak, NotServed, fetched
from tests.providers.realm import Person, Realm
from tests.support.each_service import answers
from tests.support.engines import new_engines
from tests.support.eventually import eventually
from tests.support.town import UNHURRIED
from tools.demo.connecting import http_client
from tools.demo.office import Supervisor
from tools.demo.platform import Platform

pytestmark = pytest.mark.timeout(600)
# A key that no service knows counts ten seconds after it is seen first.
ROTATION_SECONDS = 30

OFFICER = Person("amal", "investigator")
BOSS = Person("boss", "supervisor")
ADMINISTRATOR = Person("salim", "administrator")
CARELESS = Person("careless", "investigator", has_otp=False)


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    try:
        archive = fetched(print)
    except NotServed as error:
        pytest.skip(f"Keycloak is not tested: {error}")
    keycloak = Keycloak(tmp_path_factory.mktemp("provider"), archive)
    asyncio.run(keycloak.start())
    yield keycloak
    asyncio.run(keycloak.stop())


@pytest.fixture(scope="module")
def realm(keycloak: Keycloak) -> Realm:
    realm = Realm(keycloak.address, keycloak.password)
    asyncio.run(realm.make((OFFICER, BOSS, ADMINISTRATOR, CARELESS)))
    return realm


@pytest.fixture(scope="module")
def platform(realm: Realm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    platform = Platform(folder, settings=UNHURRIED | {"RASID_TOKEN_ISSUER": realm.issuer}, engines=new_engines(folder))
    asyncio.run(platform.start())
    yield platform
    asyncio.run(platform.stop())


async def deliver(platform: Platform, token: str) -> httpx.Response:
    """What the archive says to a machine that may deliver clips, of an evidence that nobody asked for."""
    async with http_client(timeout=20) as client:
        return await client.put(
            f"{platform.archive.address}/v1/recordings/{secrets.token_hex(16)}",
            content=b"no clip",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "video/mp4"},
        )


async def opened_case(platform: Platform, boss: str, officer: str) -> str:
    """A case of the officer's, opened by a supervisor whom Keycloak signed in."""
    case_id = f"case-{secrets.token_hex(3)}"
    supervisor = Supervisor(platform.casework.address, boss)
    try:
        await supervisor.open(case_id, "investigation", [subject(officer)])
    finally:
        await supervisor.close()
    return case_id


def subject(token: str) -> str:
    """Whom the token names: Keycloak gives people names of its own."""
    return str(part(token, 1)["sub"])


def part(token: str, number: int) -> dict[str, Any]:
    """The header (0) or the claims (1) of a token."""
    text = token.split(".")[number]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


async def statuses(platform: Platform, case_id: str, officer: str, administrator: str) -> set[int]:
    found = await answers(platform, case_id, officer, administrator)
    return {answer.status_code for answer in found.values()}


async def all_answer(platform: Platform, case_id: str, officer: str, administrator: str) -> bool:
    return await statuses(platform, case_id, officer, administrator) == {200}


async def test_people_with_two_factors_are_believed_and_others_are_not(platform: Platform, realm: Realm):
    boss, officer, administrator = [await sign_in(realm.issuer, one) for one in (BOSS, OFFICER, ADMINISTRATOR)]
    case_id = await opened_case(platform, boss, officer)
    await eventually(lambda: all_answer(platform, case_id, officer, administrator), 30, "all know the case")
    careless = await sign_in(realm.issuer, CARELESS)
    assert await statuses(platform, case_id, careless, careless) == {401}


async def test_a_machine_is_believed_as_a_machine(platform: Platform, realm: Realm):
    unknown = await deliver(platform, await realm.machine_token())
    assert unknown.status_code == 404, unknown.text
    assert (await deliver(platform, await sign_in(realm.issuer, OFFICER))).status_code == 401


async def test_all_go_on_when_the_provider_signs_with_another_key(platform: Platform, realm: Realm):
    people = (BOSS, OFFICER, ADMINISTRATOR)
    boss, *before = [await sign_in(realm.issuer, one) for one in people]
    case_id = await opened_case(platform, boss, before[0])
    await eventually(lambda: all_answer(platform, case_id, *before), 30, "all know the case")
    pids = [service.pid for service in platform.services]
    await realm.rotate()
    after = [await sign_in(realm.issuer, one) for one in (OFFICER, ADMINISTRATOR)]
    assert {part(token, 0)["kid"] for token in after}.isdisjoint({part(token, 0)["kid"] for token in before})
    await eventually(lambda: all_answer(platform, case_id, *after), ROTATION_SECONDS, "all have learned of the new key")
    assert await all_answer(platform, case_id, *before)
    assert [service.pid for service in platform.services] == pids
