"""`rasid city`: the demo's little city, for services that run already."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import click
import httpx

from rasid.errors import RasidError
from tools.demo.deployed import Deployed, Place
from tools.demo.office import Refused
from tools.demo.runner import Options, drive, prepare
from tools.demo.until_told import until_told
from tools.keys import read_signing_key

SERVICES = ("ingest", "alerts", "search", "archive", "casework")


def _place(name: str, port: int) -> Callable[..., Callable[..., None]]:
    """Two options of one service: where this command reaches it, and where you do."""
    variable = f"RASID_CITY_{name.upper()}"
    address = f"http://127.0.0.1:{port}"

    def options(command: Callable[..., None]) -> Callable[..., None]:
        shown = click.option(f"--{name}-shown", envvar=f"{variable}_SHOWN", help="The same as people reach it.")
        reached = click.option(
            f"--{name}", envvar=variable, show_envvar=True, default=address, show_default=True, help="Its address."
        )
        return reached(shown(command))

    return options


@click.command()
@_place("ingest", 8801)
@_place("alerts", 8802)
@_place("search", 8803)
@_place("archive", 8804)
@_place("casework", 8805)
@click.option(
    "--signing-key",
    envvar="RASID_SIGNING_KEY",
    show_envvar=True,
    required=True,
    help="Private key of the tokens, a JSON Web Key; better given by the variable.",
)
@click.option("--prepare", "only_prepare", is_flag=True, help="Set the city up and end: no traffic.")
@click.option("--rate", default=2.0, show_default=True, type=click.FloatRange(0.1, 200), help="Reads a second.")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="End by itself after this long.")
def city(signing_key: str, rate: float, minutes: float | None, *, only_prepare: bool, **at: str) -> None:
    """Set up a little city with services that run already, let traffic flow, and watch alerts ring.

    It stands in for what is not bought yet: it signs tokens as an identity provider does, opens two cases as a
    supervisor does, and posts as cameras do. Not for a system with real data.

    \b
    Examples:
      docker compose -f deploy/docker-compose.yml run --rm city
      docker compose -f deploy/docker-compose.yml run --rm city rasid city --prepare
    """
    places = {name: Place(at[name], at[f"{name}_shown"] or at[name]) for name in SERVICES}
    try:
        deployed = Deployed(**places, signing_key=read_signing_key(signing_key))
        options = Options(data=Path(), rate=rate, minutes=minutes, figures=None)
        work = prepare(deployed, click.echo) if only_prepare else drive(deployed, options, click.echo)
        asyncio.run(until_told(work))
    except (RasidError, Refused) as error:
        raise click.ClickException(str(error)) from None
    except httpx.TransportError as error:
        raise click.ClickException(
            f"a service does not answer ({type(error).__name__})\n  To mend it: are all healthy, the addresses right?"
        ) from None
    except TimeoutError:
        raise click.ClickException(
            "alerts does not learn of the cases\n  To mend it: see what its /ready says of Kafka and the table of cases"
        ) from None
