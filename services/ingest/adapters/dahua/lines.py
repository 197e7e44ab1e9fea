"""The `Events[0].TrafficCar.PlateNumber=...` lines of `snapManager.cgi`, as the JSON they stand for."""

import re
from typing import Any

MAX_DEPTH = 16
MAX_LINES = 4096
_LINE = re.compile(r"[ \t]*Events\[(\d{1,2})\]\.([A-Za-z0-9_.\[\]]{1,200})=([^\r\n]*)")
_STEP = re.compile(r"([A-Za-z0-9_]+)((?:\[\d{1,3}\])*)")
_INDEX = re.compile(r"\[(\d+)\]")

Branch = dict[str | int, Any]


def events(text: str) -> list[dict[str, Any]]:
    """The events by their number; lines that are none of these are passed over."""
    roots: dict[int, Branch] = {}
    for line in text.splitlines()[:MAX_LINES]:
        found = _LINE.fullmatch(line)
        if found is not None:
            steps = _steps(found[2])
            if 0 < len(steps) <= MAX_DEPTH:
                _put(roots.setdefault(int(found[1]), {}), steps, found[3].strip())
    return [_value(roots[number]) for number in sorted(roots)]


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for name in path.split("."):
        found = _STEP.fullmatch(name)
        if found is None:
            return []
        steps.append(found[1])
        steps.extend(int(index) for index in _INDEX.findall(found[2]))
    return steps


def _put(branch: Branch, steps: list[str | int], value: str) -> None:
    for step in steps[:-1]:
        inner = branch.get(step)
        if not isinstance(inner, dict):
            inner = branch[step] = {}
        branch = inner
    branch.setdefault(steps[-1], value)


def _value(branch: Any) -> Any:
    """A branch whose keys are numbers is a list."""
    if not isinstance(branch, dict):
        return branch
    if branch and all(isinstance(key, int) for key in branch):
        return [_value(branch[key]) for key in sorted(branch)]
    return {str(key): _value(value) for key, value in branch.items()}
