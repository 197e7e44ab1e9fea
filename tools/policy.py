"""`rasid policy`: reads a policy as the services do, and says it in sentences."""

from pathlib import Path

import click

from rasid.errors import ConfigurationError
from rasid.identity.policy_files import load_policy, shipped_folder


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
def policy(folder: Path | None) -> None:
    """Check the policy in FOLDER and print its sentences: who may do what. Without FOLDER: the one that ships.

    A policy that names something its schema does not know, or has a sentence without an id of its own, is refused here
    as the services would refuse it at their start. The version stands in every audit record that it decided.

    \b
    Examples:
      rasid policy
      rasid policy /etc/rasid/policy
    """
    try:
        found = load_policy(folder)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{folder or shipped_folder()}: {len(found.sentences)} sentences, version {found.version}")
    for name, sentence in found.sentences.items():
        click.echo(f"  {name}\n    {sentence}")
