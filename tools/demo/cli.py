"""`rasid demo`."""

import asyncio
from pathlib import Path

import click

from rasid.errors import RasidError
from tools.demo.runner import Options, run
from tools.demo.until_told import until_told
from tools.engines import EngineError


@click.command()
@click.option(
    "--data",
    default=Path(".rasid"),
    show_default=True,
    envvar="RASID_DATA",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder; a second start goes on with what is in it.",
)
@click.option("--rate", default=2.0, show_default=True, type=click.FloatRange(0.1, 200), help="Reads a second.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="End by itself after this long.")
@click.option(
    "--figures",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append a JSON line with latency and memory to this file each minute.",
)
def demo(data: Path, rate: float, minutes: float | None, figures: Path | None) -> None:
    """Start engines, services and a small city on this machine, and watch alerts ring.

    \b
    Examples:
      rasid demo
      rasid demo --rate 50 --minutes 30 --figures soak.jsonl
    """
    options = Options(data=data, rate=rate, minutes=minutes, figures=figures)
    try:
        asyncio.run(until_told(run(options, click.echo)))
    except (EngineError, RasidError) as error:
        raise click.ClickException(str(error)) from None
    click.echo("The demo has ended; its data stays in the data folder.")
