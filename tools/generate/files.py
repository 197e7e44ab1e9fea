"""All generated files, as they should be; which of those on disk are not so."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from rasid.contract.catalogue import EVENT_TYPES
from rasid.contract.codec import to_structured
from tools.generate import access_list, asyncapi, event_catalogue, metric_catalogue, setting_catalogue
from tools.generate.examples import EXAMPLES, examples_of
from tools.generate.json_schemas import schema_of

SCHEMAS = Path("schemas")
EXAMPLE_FILES = SCHEMAS / "examples"


def generated() -> dict[Path, str]:
    """The text of every generated file, by its path in the project. The same contract gives the same text."""
    return {
        **_schemas(),
        **{EXAMPLE_FILES / f"{name}.json": _json(json.loads(to_structured(event))) for name, event in EXAMPLES.items()},
        SCHEMAS / "asyncapi.json": _json(asyncapi.document()),
        Path("deploy/kafka/acls.txt"): access_list.document(),
        Path("docs/events.md"): event_catalogue.document(),
        Path("docs/metrics.md"): metric_catalogue.document(),
        Path("docs/settings.md"): setting_catalogue.document(),
    }


def stale(root: Path, wanted: Mapping[Path, str]) -> list[Path]:
    """The files under `root` that are missing, differ, or are left over from something that is gone."""
    differing = [path for path, text in wanted.items() if _read(root / path) != text]
    return sorted([*differing, *left_over(root, wanted)])


def left_over(root: Path, wanted: Mapping[Path, str]) -> list[Path]:
    """The files in the schemas' folder that nothing generates any more."""
    present = (path.relative_to(root) for path in (root / SCHEMAS).rglob("*.json"))
    return [path for path in present if path not in wanted]


def write(root: Path, wanted: Mapping[Path, str]) -> None:
    """Write every file, and remove what is left over."""
    for path in left_over(root, wanted):
        (root / path).unlink()
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _schemas() -> dict[Path, str]:
    made = {}
    for kind in EVENT_TYPES:
        examples = [msgspec.to_builtins(event.data) for event in examples_of(kind.dataschema).values()]
        made[SCHEMAS / f"{kind.name}.v{kind.version}.schema.json"] = _json(schema_of(kind, examples))
    return made


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
