"""`rasid engines`: the engines of the demo and of the tests, from the command line."""

import asyncio
from pathlib import Path
from typing import Any

import click

from tools.engines import detached, jars, minio, secantus_rs
from tools.engines.built import build
from tools.engines.errors import EngineError
from tools.engines.objects import Objects
from tools.engines.status import look, table

RECIPES = {recipe.name: recipe for recipe in (minio.RECIPE, secantus_rs.RECIPE)}

data_option = click.option(
    "--data",
    "data_folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".rasid"),
    envvar="RASID_DATA",
    show_default=True,
    show_envvar=True,
    callback=lambda _context, _parameter, folder: folder.absolute(),
    help="Folder of the engines' data, logs and addresses.",
)


class _Plain(click.Group):
    """A group whose errors are sentences, not stack traces."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EngineError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Plain)
def engines() -> None:
    """Kafka, a MongoDB and an S3 server of this project's own, on 127.0.0.1.

    For development, the demo and tests. They need Python only: Kafka's jars are fetched once (45 MB) and checked.

    \b
    Examples:
      rasid engines up                     start them; they stay until `rasid engines down`
      rasid engines status                 where they are, and whether they do their work
      rasid engines up --data /tmp/other   a second, separate set
      rasid engines fetch                  only download, to be without network later
      rasid engines build                  two more for tests and benchmarks, from source
    """


@engines.command()
@data_option
def up(data_folder: Path) -> None:
    """Start the engines and leave them running.

    Goes on with the data of last time. Does nothing when they are up. An engine that ends by itself is started again.

    \b
    Examples:
      rasid engines up
      RASID_DATA=/var/tmp/city rasid engines up
    """
    detached.up(data_folder, click.echo)
    click.echo(table(asyncio.run(look(data_folder))))
    click.echo(f"S3 keys: {Objects(data_folder).keys_file}")


@engines.command()
@data_option
def down(data_folder: Path) -> None:
    """Stop the engines in order; their data stays.

    \b
    Examples:
      rasid engines down
      rasid engines down --data /tmp/other && rm -r /tmp/other
    """
    detached.down(data_folder, click.echo)


@engines.command()
@data_option
@click.pass_context
def status(context: click.Context, data_folder: Path) -> None:
    """Show each engine, asked by its own protocol. The exit code is 0 only when all of them are up.

    \b
    Examples:
      rasid engines status
      rasid engines status >/dev/null || rasid engines up
    """
    seen = asyncio.run(look(data_folder))
    click.echo(table(seen))
    context.exit(0 if all(one.reachable for one in seen) else 1)


@engines.command()
def fetch() -> None:
    """Download Kafka's jars and check them, without starting anything.

    The demo's other engines came with the Python packages. What is there already is not downloaded again.
    """
    folder = jars.default_folder()
    click.echo(f"{len(jars.fetch(folder, click.echo))} jars, each as locked, in {folder}")


@engines.command("build")
@click.argument("names", nargs=-1, type=click.Choice(list(RECIPES)), metavar="[minio|secantusd-rs]...")
def build_them(names: tuple[str, ...]) -> None:
    """Build MinIO and SecantusDB's Rust server from source, for tests and benchmarks; once for each version.

    Takes about 5 and 10 minutes on two cores, the first time. Needs Go for the one and Rust, CMake and a C compiler for
    the other; the demo needs neither.

    \b
    Examples:
      rasid engines build                  both, one after the other
      rasid engines build minio            only that
      nice rasid engines build             when somebody works on the machine
    """
    for name in names or RECIPES:
        click.echo(build(RECIPES[name], click.echo))


@engines.command(hidden=True)
def lock() -> None:
    """For maintainers: resolve Kafka's jars anew and write their lock. Read the difference before committing it."""
    made = jars.make_lock(jars.default_folder() / "resolve")
    click.echo(f"{len(made)} jars locked")
