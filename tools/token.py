"""`rasid token`: an access token of the demo's own key, to try the API with."""

from pathlib import Path

import click

from rasid.errors import ConfigurationError
from rasid.identity.claims import ClaimRefused
from rasid.identity.kinds import ROLES
from rasid.identity.policy_files import load_policy
from rasid.runtime.clock import SystemClock
from tools.keys import load_keys, read_signing_key, sign

HOUR_SECONDS = 3600
MAX_HOURS = 720
AGENCIES = sorted(load_policy().purposes)


@click.command()
@click.option("--subject", default="officer.amal", show_default=True, help="Who it names, as cases name them.")
@click.option("--agency", default="police", show_default=True, type=click.Choice(AGENCIES))
@click.option(
    "--role",
    "roles",
    multiple=True,
    default=("investigator",),
    show_default=True,
    type=click.Choice(sorted(ROLES)),
    help="May be given more than once.",
)
@click.option(
    "--hours",
    default=8.0,
    show_default=True,
    type=click.FloatRange(0, MAX_HOURS, min_open=True),
    help="How long it is valid.",
)
@click.option(
    "--data",
    default=Path(".rasid"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder of the demo whose key signs it.",
)
@click.option(
    "--signing-key",
    envvar="RASID_SIGNING_KEY",
    show_envvar=True,
    help="The key itself, a JSON Web Key, instead of a data folder: how a deployment gives it.",
)
def token(
    subject: str, agency: str, roles: tuple[str, ...], hours: float, *, data: Path, signing_key: str | None
) -> None:
    """Print an access token for the services of the demo, or of a deployment that trusts the key.

    \b
    TOKEN=$(rasid token --role supervisor)
    curl -H "Authorization: Bearer $TOKEN" ...
    """
    try:
        key = read_signing_key(signing_key) if signing_key else load_keys(data).signing_key
        text = sign(key, subject, agency, roles, lifetime_seconds=hours * HOUR_SECONDS, clock=SystemClock())
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    except ClaimRefused as error:
        raise click.UsageError(
            f"no service would believe this {error}: plain letters, digits and punctuation"
        ) from None
    click.echo(text)
