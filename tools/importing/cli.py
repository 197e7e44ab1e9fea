"""The command."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import msgspec

from rasid.errors import Problem
from rasid.runtime.clock import SystemClock
from tools.demo.cameras import CameraClient, Credential
from tools.importing.lines import Batch, batches
from tools.importing.sending import Sender, Tally

REFUSED = 3


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--camera", "camera_id", required=True, help="The camera that made the reads, as registered.")
@click.option("--ingest", default="http://127.0.0.1:8801", show_default=True, help="Address of ingest.")
@click.option("--from-line", default=1, show_default=True, type=click.IntRange(min=1), help="Go on from this line.")
@click.password_option(
    envvar="RASID_CAMERA_PASSWORD", confirmation_prompt=False, help="The camera's password; asked for when left out."
)
def import_reads(*, file: Path, camera_id: str, ingest: str, from_line: int, password: str) -> None:
    """Bring recorded reads of a camera in FILE: Rasid's own JSON, one event a line.

    They are marked as held back, so that nothing rings as if it happened now. Each line that is no event is printed
    with its number, and the others are taken; importing a file again makes no second copy. Exit status 3 when a line
    was refused.
    """
    camera = CameraClient(ingest, camera_id, Credential(camera_id, password))
    try:
        with file.open("rb") as lines, click.progressbar(length=file.stat().st_size, file=sys.stderr) as bar:
            tally = asyncio.run(_run(batches(lines, camera_id, SystemClock().now(), from_line), camera, bar.update))
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    click.echo(f"{tally.accepted} events are durable, {tally.refused} lines were refused", err=True)
    sys.exit(REFUSED if tally.refused else 0)


async def _run(found: Iterable[Batch], camera: CameraClient, progress: Callable[[int], None]) -> Tally:
    def told(batch: Batch) -> None:
        progress(batch.size_bytes)
        for wrong in batch.wrong:
            click.echo(msgspec.json.encode(wrong))

    async with camera:
        sender = Sender(camera)
        try:
            await sender.send_all(found, told)
        finally:
            click.echo(f"\nlines up to {sender.tally.last} are settled", err=True)
        return sender.tally
