from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.search.service import SearchBench, serving


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SearchBench]:
    async with serving(tmp_path) as started:
        yield started
