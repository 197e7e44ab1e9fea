"""`rasid explain`: what the platform makes of a device's payload, without any engine running."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from rasid.contract.fields import IDENTIFIER_PATTERN, is_identifier, parse_utc
from rasid.errors import InvalidEvent
from rasid.runtime.clock import SystemClock
from services.ingest import adapters
from services.ingest.explaining import events_of, problems_of
from services.ingest.payload.reading import CameraContext
from services.ingest.read import Result, read_payload

REFUSED = 3


def _adapter(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    try:
        return None if name is None else adapters.named(name).NAME
    except InvalidEvent as error:
        raise click.BadParameter(error.detail) from None


def _camera(_: click.Context, __: click.Parameter, camera_id: str) -> str:
    if not is_identifier(camera_id):
        raise click.BadParameter(f"{camera_id!r} is no camera identifier: it must match {IDENTIFIER_PATTERN}")
    return camera_id


def _zone(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    try:
        return None if name is None else ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        raise click.BadParameter(f"{name!r} is no time zone: use a name such as Asia/Baghdad") from None


def _received_at(_: click.Context, __: click.Parameter, text: str | None) -> datetime:
    if text is None:
        return SystemClock().now()
    try:
        return parse_utc(text)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no time with an offset: write it as 2026-03-01T08:00:00Z") from None


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE...",
)
@click.option(
    "--adapter", callback=_adapter, help=f"Read with this adapter ({adapters.names()}) instead of by content."
)
@click.option("--content-type", default="", help="The Content-Type the device sends; by content when left out.")
@click.option("--topic", default="", help="The MQTT topic the payload came on, where the device speaks MQTT.")
@click.option("--retained", is_flag=True, help="The broker had retained it: it may be old.")
@click.option("--camera", "camera_id", default="camera-1", callback=_camera, help="The camera's identifier.")
@click.option("--zone", "time_zone", callback=_zone, help="The camera's configured time zone, e.g. Asia/Baghdad.")
@click.option(
    "--received-at", callback=_received_at, help="When the payload is taken to have arrived; now if left out."
)
def explain(
    *,
    files: tuple[Path, ...],
    adapter: str | None,
    content_type: str,
    topic: str,
    retained: bool,
    camera_id: str,
    time_zone: str | None,
    received_at: datetime,
) -> None:
    """Show what Rasid makes of the payloads in FILES.

    Prints one event a line (CloudEvents, structured mode) as ingest would publish it, then one problem a line for each
    part it refuses. Exit status 3 when a part was refused.
    """
    camera = CameraContext(camera_id, time_zone=time_zone, adapter=adapter)
    is_refused = False
    for file in files:
        result = read_payload(content_type, _bytes(file), received_at, camera, topic=topic, is_retained=retained)
        label = str(file) if len(files) > 1 else None
        for line in _lines(result):
            _print(line, label)
        is_refused |= bool(result.refusals)
    sys.exit(REFUSED if is_refused else 0)


def _bytes(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _lines(result: Result) -> Iterator[bytes]:
    yield from events_of(result)
    yield from (msgspec.json.encode(problem) for problem in problems_of(result))


def _print(line: bytes, label: str | None) -> None:
    """Write a JSON object, with the file's name as its first member where there are several files."""
    if label is not None:
        line = b'{"file":' + msgspec.json.encode(label) + b"," + line[1:]
    click.echo(line)
