"""What is done to a platform, in an order that a seed decides."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.support.proxy import Proxy
from tools.demo.platform import Platform

HOLDS_SECONDS = (0.3, 3.0)
SLOW_SECONDS = 0.5


@dataclass(frozen=True)
class Fault:
    """One thing that happens and is over again; the same seed makes the same ones, as long and in the same order."""

    name: str
    do: Callable[[], Awaitable[None]]


def plan(
    platform: Platform, network: dict[str, Proxy], chance: random.Random, *, kills: int, rounds: int
) -> list[Fault]:
    """Each service killed so many times, each engine and each piece of network ill-treated so often in each way."""
    faults = [
        *(fault for service in platform.services for fault in [_kill(service)] * kills),
        *(fault for _ in range(rounds) for fault in _of_engines(platform, chance)),
        *(fault for _ in range(rounds) for fault in _of_network(network, chance)),
    ]
    chance.shuffle(faults)
    return faults


def _kill(process) -> Fault:
    async def do() -> None:
        await process.kill()
        await process.start()

    return Fault(f"kill {process.name}", do)


def _of_engines(platform: Platform, chance: random.Random) -> Iterator[Fault]:
    for engine in (platform.engines.kafka, platform.engines.mongo, platform.engines.objects):
        targets: Sequence = (engine, *(node for node in getattr(engine, "nodes", ()) if node is not engine))
        for end in ("kill", "stop", "pause"):
            yield _away(chance.choice(targets), engine, end, chance.uniform(*HOLDS_SECONDS))


def _away(target, engine, end: str, seconds: float) -> Fault:
    """`target` is the engine or one of its nodes; it is the engine that is started again."""

    async def do() -> None:
        if end == "pause":
            target.pause()
        else:
            await (target.kill() if end == "kill" else target.stop())
        await asyncio.sleep(seconds)  # as long as it is away: that is the fault
        if end == "pause":
            target.resume()
        else:
            await engine.start()

    part = f"node {target.number} of {engine.name}" if target is not engine else engine.name
    return Fault(f"{end} {part} for {seconds:.1f} s", do)


def _of_network(network: dict[str, Proxy], chance: random.Random) -> Iterator[Fault]:
    for name, proxy in network.items():
        for make in (_cut, _slow):
            yield make(name, proxy, chance.uniform(*HOLDS_SECONDS))


def _cut(name: str, proxy: Proxy, seconds: float) -> Fault:
    async def do() -> None:
        proxy.cut()
        await asyncio.sleep(seconds)
        proxy.mend()

    return Fault(f"cut off {name} for {seconds:.1f} s", do)


def _slow(name: str, proxy: Proxy, seconds: float) -> Fault:
    async def do() -> None:
        proxy.delay_seconds = SLOW_SECONDS
        await asyncio.sleep(seconds)
        proxy.delay_seconds = 0.0

    return Fault(f"{name} slower by {SLOW_SECONDS:g} s for {seconds:.1f} s", do)
