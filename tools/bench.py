"""`rasid bench`: runs the benchmarks, each in a process of its own, and prints what they measured as JSON."""

import json
import subprocess
import sys
from pathlib import Path

import click

FOLDER = Path(__file__).parents[1] / "benchmarks"


def names() -> list[str]:
    """The benchmarks there are: one file each."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


@click.command()
@click.argument("chosen", nargs=-1, type=click.Choice(names()))
def bench(chosen: tuple[str, ...]) -> None:
    """Run benchmarks and print one JSON object a figure.

    Each prints the figure, the limit measured in the same run (the bare client or engine), their ratio and the memory
    used. Engines are started on this machine and load goes nowhere else.

    \b
    Examples:
      rasid bench                    all of them (about 20 minutes)
      rasid bench consumer_loop      one
    """
    failed = [name for name in chosen or names() if not _run(name)]
    if failed:
        raise click.ClickException(f"these benchmarks failed: {', '.join(failed)}")


def _run(name: str) -> bool:
    click.echo(f"{name} ...", err=True)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"], cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=False
    )
    for line in done.stdout.splitlines():
        click.echo(json.dumps(json.loads(line), ensure_ascii=False))
    return done.returncode == 0
