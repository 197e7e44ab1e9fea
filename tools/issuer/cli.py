"""`rasid issuer`: the demo's token issuer, and the rotation of its key."""

import asyncio
from pathlib import Path

import click
import uvicorn

from rasid.errors import ConfigurationError
from rasid.runtime import log
from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from tools.engines.ports import LOOPBACK
from tools.issuer.app import create_app
from tools.keys import rotate

data_option = click.option(
    "--data",
    default=Path(".rasid"),
    show_default=True,
    envvar="RASID_DATA",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder of the demo, with its keys.",
)


@click.group()
def issuer() -> None:
    """Sign in people who exist only in the demo. It believes everybody, so it listens on this machine only."""


@issuer.command()
@data_option
@click.option("--port", envvar="RASID_PORT", required=True, type=click.IntRange(1, 65535))
def serve(data: Path, port: int) -> None:
    """Serve on 127.0.0.1, and nowhere else, until told to stop. `rasid demo` starts it by itself.

    \b
    rasid issuer serve --port 8809
    """
    log.configure("info", "issuer")
    try:
        app = create_app(f"http://{LOOPBACK}:{port}", data, SystemClock(), RandomIds())
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    config = uvicorn.Config(app, host=LOOPBACK, port=port, log_config=None, access_log=False, server_header=False)
    asyncio.run(uvicorn.Server(config).serve())


@issuer.command("rotate")
@data_option
def rotate_key(data: Path) -> None:
    """Sign with a new key from now on. Services learn of it by themselves; tokens of the one before still count.

    \b
    rasid issuer rotate
    """
    try:
        rotate(data)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    click.echo("New tokens are signed with a new key; those of the one before still count.")


if __name__ == "__main__":
    issuer()
