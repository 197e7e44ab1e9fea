"""The generated files, as they lie in the project."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "schemas"
OLD = Path(__file__).parent / "old"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def by_stem(folder: Path, ending: str) -> dict[str, Any]:
    """Every JSON document of a folder, by its name without `ending`."""
    return {path.name.removesuffix(ending): read(path) for path in sorted(folder.glob(f"*{ending}"))}


def type_and_version(name: str) -> str:
    """`plate.read.v1.arabic` and `plate.read.v1` are both `plate.read.v1`."""
    words = name.split(".")
    version = next(index for index, word in enumerate(words) if word[0] == "v" and word[1:].isdigit())
    return ".".join(words[: version + 1])
