"""What is generated is committed, and not stale."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.contract.stored import ROOT
from tools.generate.cli import generate
from tools.generate.files import generated, stale

DIGEST = (
    "from hashlib import sha256; from tools.generate.files import generated;"
    "print(sha256(repr(sorted(generated().items())).encode()).hexdigest())"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose generated files are up to date."""
    CliRunner().invoke(generate, ["--root", str(tmp_path)], catch_exceptions=False)
    return tmp_path


def check(project: Path) -> tuple[int, str]:
    result = CliRunner().invoke(generate, ["--check", "--root", str(project)], catch_exceptions=False)
    return result.exit_code, result.output


def test_the_generated_files_are_up_to_date():
    assert stale(ROOT, generated()) == [], "run `rasid generate` and commit the difference"


def test_the_same_contract_gives_the_same_files_in_every_process():
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_check_is_content_with_what_generate_wrote(project: Path):
    assert check(project)[0] == 0


@pytest.mark.parametrize("spoil", ["edit", "remove", "leave over"])
def test_check_names_what_is_stale_and_changes_nothing(project: Path, spoil: str):
    path = project / "schemas" / ("gone.v1.schema.json" if spoil == "leave over" else "plate.read.v1.schema.json")
    if spoil == "remove":
        path.unlink()
    else:
        path.write_text("{}")
    code, said = check(project)
    assert code == 1
    assert path.name in said
    assert not path.exists() if spoil == "remove" else path.read_text() == "{}"


def test_generate_mends_what_is_stale(project: Path):
    (project / "docs" / "metrics.md").unlink()
    (project / "schemas" / "examples" / "gone.v1.json").write_text("{}")
    CliRunner().invoke(generate, ["--root", str(project)], catch_exceptions=False)
    assert check(project)[0] == 0
    assert not (project / "schemas" / "examples" / "gone.v1.json").exists()
