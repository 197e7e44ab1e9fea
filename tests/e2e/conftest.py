"""One platform for all end-to-end tests, ended with the last of them."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.engines import new_engines
from tests.support.town import UNHURRIED, Town
from tools.demo.platform import Platform


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    platform = Platform(folder, settings=UNHURRIED, engines=new_engines(folder))
    asyncio.run(platform.start())
    yield platform
    asyncio.run(platform.stop())


@pytest.fixture
async def town(platform: Platform) -> Town:
    town = Town(platform)
    await platform.start()
    await town.open_cases()
    return town
