"""`rasid casework-stand-in`: says that casework is alive, until there is a casework service that says it."""

import asyncio

import click

from rasid.runtime.clock import SystemClock
from tools.demo.casework import BEATS, stand_in
from tools.demo.deployed import make_producer
from tools.demo.until_told import until_told


@click.command("casework-stand-in")
@click.option("--kafka", envvar="RASID_KAFKA", show_envvar=True, default="127.0.0.1:9092", show_default=True)
def casework_stand_in(kafka: str) -> None:
    """Publish casework's heartbeat each second, until it is told to stop.

    Services disclose nothing while casework is silent, and there is no casework service yet. It opens no case.

    \b
    Example:
      rasid casework-stand-in --kafka 127.0.0.1:9092
    """
    asyncio.run(until_told(_run(kafka)))


async def _run(kafka: str) -> None:
    clock = SystemClock()
    async with stand_in(make_producer(kafka, "casework-stand-in", clock), clock, click.echo):
        click.echo(BEATS)
        await asyncio.Event().wait()


if __name__ == "__main__":
    casework_stand_in()
