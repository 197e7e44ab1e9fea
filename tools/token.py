"""`rasid token`: an access token of one of the demo's people, to try the API with."""

import asyncio
from pathlib import Path

import click

from rasid.errors import RasidError, Unavailable
from rasid.runtime.clock import SystemClock
from tools.demo.services import Issuer
from tools.demo.signing_in import sign_in
from tools.engines import EngineError
from tools.issuer.desk import PERSON_SECONDS
from tools.issuer.people import PEOPLE
from tools.keys import read_signing_key, sign


@click.command()
@click.option(
    "--as",
    "name",
    default="amal",
    show_default=True,
    type=click.Choice(list(PEOPLE)),
    help="Who you want to be.",
)
@click.option(
    "--data",
    default=Path(".rasid"),
    show_default=True,
    envvar="RASID_DATA",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder of the demo that runs.",
)
@click.option(
    "--signing-key",
    envvar="RASID_SIGNING_KEY",
    show_envvar=True,
    help="A deployment's own key, a JSON Web Key: signs here and asks no issuer.",
)
def token(name: str, data: Path, signing_key: str | None) -> None:
    """Sign in at the issuer of the demo that runs, with PKCE as any client does, and print the access token.

    \b
    TOKEN=$(rasid token --as amira)
    curl -H "Authorization: Bearer $TOKEN" ...
    """
    try:
        click.echo(_signed(name, signing_key) if signing_key else asyncio.run(sign_in(Issuer(data).address, name)))
    except Unavailable:
        raise click.ClickException("the demo's issuer does not answer\n  To mend it: start `rasid demo`") from None
    except (EngineError, RasidError) as error:
        raise click.ClickException(str(error)) from None


def _signed(name: str, signing_key: str) -> str:
    person, key = PEOPLE[name], read_signing_key(signing_key)
    return sign(key, person.subject, person.agency, person.roles, lifetime_seconds=PERSON_SECONDS, clock=SystemClock())
