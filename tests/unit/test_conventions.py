"""What the project agreed on and no other tool checks."""

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("rasid", "services", "tools", "benchmarks")
WITHOUT_CLOCK = ("rasid", "services")
NOT_OURS = {
    *(".git", ".venv", ".rasid", "__pycache__", "dist", "node_modules"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"),
}
TEXT = {".py", ".md", ".toml", ".json", ".txt", ".lock", ".cfg", ".ini", ".yml", ".yaml", ".sh", ".csv", ""}

DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "shared", "stuff", "tool", "lib", "base", "core"}
MAX_FUNCTION_LINES = 40
MAX_FILE_LINES = 250

ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "os.putenv"}
CLOCK_AND_CHANCE = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep"),
    *("uuid.uuid1", "uuid.uuid4", "os.urandom", "random.SystemRandom"),
    *(f"random.{name}" for name in ("random", "uniform", "choice", "choices", "randint", "randrange", "shuffle")),
    *(f"secrets.{name}" for name in ("token_hex", "token_bytes", "token_urlsafe", "choice", "randbelow")),
}
# Who may do it all the same, and why. An entry that nobody needs any more fails.
MAY_READ_ENVIRONMENT = {
    "tools/engines/minio.py": "adds the keys to its own environment for the server it starts",
    "tools/demo/services.py": "hands its own environment on to the services it starts",
}
MAY_READ_CLOCK_AND_CHANCE = {
    "rasid/runtime/clock.py": "is the clock",
    "rasid/runtime/ids.py": "makes the ids and secrets",
    "rasid/stream/consumer.py": "the default of its jitter, which a test replaces",
    "rasid/stream/principals.py": "salts passwords: that no two are alike is all that anybody may ask of a salt",
}

# Written in halves, so that this file does not hold what it looks for.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.",
    "maven" + ".org",
    "proxy.go" + "lang.org",
    "crates" + ".io",
]
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:work|root|Users|home/\w+)/")


def python_files(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not NOT_OURS & set(path.relative_to(ROOT).parts))


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the project."""
    for path in sorted(ROOT.rglob("*")):
        place = path.relative_to(ROOT)
        if path.is_file() and path.suffix in TEXT and not NOT_OURS & set(place.parts):
            yield str(place), path.read_text(encoding="utf-8", errors="replace")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def uses(path: Path, names: set[str]) -> bool:
    """Whether a file uses one of these names, however it imported it."""
    tree = parsed(path)
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname or alias.name: alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return any(_full_name(node, known) in names for node in ast.walk(tree))


def _full_name(node: ast.AST, known: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        before = _full_name(node.value, known)
        return f"{before}.{node.attr}" if before else ""
    return ""


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()",
        "from time import time as now\nnow()",
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
        "import datetime as dt\ndt.datetime.now()",
        "import random\nf(random.random)",
    ],
)
def test_the_search_finds_a_name_however_it_was_imported(tmp_path: Path, code: str):
    file = tmp_path / "some.py"
    file.write_text(code)
    assert uses(file, CLOCK_AND_CHANCE)


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.fromisoformat('')",
        "def f(clock):\n    return clock.now()",
        "import random\nrandom.Random(7).random()",
        "'time.time()'",
    ],
)
def test_the_search_passes_over_what_only_looks_so(tmp_path: Path, code: str):
    file = tmp_path / "some.py"
    file.write_text(code)
    assert not uses(file, CLOCK_AND_CHANCE)


def test_there_is_no_drawer_for_odd_things():
    drawers = [named(path) for path in python_files(*SHIPPED, "tests") if {path.stem, path.parent.name} & DRAWERS]
    assert drawers == [], "name the file after its one idea"


def test_the_environment_is_read_only_by_settings():
    readers = {named(path) for path in python_files(*SHIPPED) if uses(path, ENVIRONMENT)}
    readers -= {named(path) for path in python_files(*SHIPPED) if path.name == "settings.py"}
    assert readers == set(MAY_READ_ENVIRONMENT)


def test_the_clock_and_chance_are_handed_in():
    readers = {named(path) for path in python_files(*WITHOUT_CLOCK) if uses(path, CLOCK_AND_CHANCE)}
    assert readers == set(MAY_READ_CLOCK_AND_CHANCE), "take a Clock or Ids as an argument"


def comments(path: Path) -> Iterator[tuple[str, str]]:
    """Every comment of a file, after its place."""
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT:
                yield f"{named(path)}:{token.start[0]}", token.string


def test_every_exception_from_the_linter_has_a_reason():
    without = [
        place
        for path in python_files(*SHIPPED, "tests")
        for place, comment in comments(path)
        if "noqa" in comment and not re.search(r"# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* - \S+", comment)
    ]
    assert without == [], "write `noqa: CODE - reason`"


def test_every_exception_in_the_settings_of_the_linter_has_a_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    _, _, lint = text.partition("[tool.ruff.lint]")
    ignored = re.findall(r'^    "[A-Z]+[0-9]*",.*$', lint, re.MULTILINE)
    assert ignored
    assert [line for line in ignored if not re.search(r"# \S+", line)] == []


def test_an_exception_from_the_types_names_what_it_ignores():
    bare = [
        place
        for path in python_files(*SHIPPED, "tests")
        for place, comment in comments(path)
        if re.search(r"type: ignore(?!\[)", comment)
    ]
    assert bare == []


def test_no_file_names_a_package_registry():
    assert [place for place, text in texts() for host in HOSTS if host in text] == []


def test_no_file_knows_the_machine_it_was_written_on():
    assert [place for place, text in texts() if MACHINE_PATHS.search(text)] == []


def test_no_file_is_longer_than_one_idea():
    long = {
        named(path): lines
        for path in python_files(*SHIPPED)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) >= MAX_FILE_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{named(path)}:{node.lineno} {node.name}": lines
        for path in python_files(*SHIPPED)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}
