"""The campaign takes as long as it is told to: it is collected only when it is named (`make campaign SEED=...`)."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_named = any(Path(str(argument).partition("::")[0]).absolute().is_relative_to(HERE) for argument in config.args)
    return None if is_named else True
