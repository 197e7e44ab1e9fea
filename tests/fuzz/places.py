"""Where the fuzzer keeps what it found worth changing further, and what it found wrong."""

from pathlib import Path

FOLDER = Path(".rasid") / "fuzz"
ENVIRONMENT = Path(".rasid") / "fuzz-venv"


def corpus_of(adapter: str) -> Path:
    """The folder of the inputs that did something new."""
    return FOLDER / adapter


def slow_of(adapter: str) -> Path:
    """The input that took longest under instrumentation, where one took long."""
    return FOLDER / f"{adapter}-slow"


def finds_of(adapter: str) -> list[Path]:
    """The inputs that ended a run: `<adapter>-crash-...`, `-timeout-`, `-oom-`."""
    return sorted(path for kind in ("crash", "timeout", "oom") for path in FOLDER.glob(f"{adapter}-{kind}-*"))
