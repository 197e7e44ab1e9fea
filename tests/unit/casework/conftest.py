from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.casework.service import ServiceBench, serving


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[ServiceBench]:
    async with serving(tmp_path) as started:
        yield started
