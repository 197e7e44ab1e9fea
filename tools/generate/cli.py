"""`rasid generate`: writes the generated files, or says which are stale."""

from pathlib import Path

import click

from tools.generate.files import generated, stale, write

ROOT = Path(__file__).parents[2]


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; name the stale files and exit with 1 when there are any.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    show_default="this project",
    help="Where the project is.",
)
@click.pass_context
def generate(context: click.Context, root: Path, *, check: bool) -> None:
    """Write schemas, examples, AsyncAPI, the documents and the rights on the bus from the code.

    \b
    They come from:
      rasid/contract              the events and topics
      tools/generate/examples     the examples
      rasid/runtime/metrics/      the metrics

    \b
    Examples:
      rasid generate              after a change there; read the difference, then commit it
      rasid generate --check      what CI does
    """
    wanted = generated()
    found = stale(root, wanted)
    if not found:
        click.echo(f"{len(wanted)} generated files are up to date")
        return
    if check:
        click.echo("Stale; run `rasid generate` and commit the difference:", err=True)
        for path in found:
            click.echo(f"  {path}", err=True)
        context.exit(1)
    write(root, wanted)
    for path in found:
        click.echo(str(path))
