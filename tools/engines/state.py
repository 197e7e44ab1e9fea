"""What a detached supervisor tells the others: one small file in the data folder."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self


class Phase(StrEnum):
    """Where the supervisor is."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"


@dataclass(frozen=True)
class EngineState:
    """One engine: where it is, its own process, and what an administrator should know about it."""

    address: str
    pid: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """The whole of `engines.json`. `said` are the lines of the start so far; `problem` and `fix` are why it failed."""

    phase: Phase
    engines: dict[str, EngineState] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    problem: str = ""
    fix: str = ""

    @classmethod
    def read(cls, data_folder: Path) -> Self | None:
        """What was said last, whether or not the supervisor that said it still lives."""
        try:
            raw = json.loads(state_file(data_folder).read_bytes())
            engines = {
                name: EngineState(one["address"], one["pid"], tuple(one["notes"]))
                for name, one in raw["engines"].items()
            }
            return cls(Phase(raw["phase"]), engines, tuple(raw["said"]), raw["problem"], raw["fix"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, data_folder: Path) -> None:
        """Replace the file as a whole, so that no reader sees half of it."""
        path = state_file(data_folder)
        half = path.with_suffix(".half")
        half.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        half.replace(path)


def state_file(data_folder: Path) -> Path:
    """Addresses and process ids, for people and programs."""
    return data_folder / "engines.json"


def lock_file(data_folder: Path) -> Path:
    """Held by the supervisor as long as it lives."""
    return data_folder / "supervisor.lock"
