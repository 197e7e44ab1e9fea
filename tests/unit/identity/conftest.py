from pathlib import Path

import pytest

from rasid.testing.identity import GateBench


@pytest.fixture
def bench(tmp_path: Path) -> GateBench:
    return GateBench(tmp_path)
