"""The demo from start to Ctrl-C: set the city up, let traffic flow, show what rings."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools.demo.archivist import Archivist
from tools.demo.buckets import try_to_delete
from tools.demo.cameras import CameraClient
from tools.demo.casework import DUTY, INVESTIGATION
from tools.demo.city import CAMERAS, SITES
from tools.demo.connecting import http_client
from tools.demo.figures import Latencies
from tools.demo.listening import LiveEvent, listen
from tools.demo.office import Administrator, Officer, open_cases
from tools.demo.platform import Platform
from tools.demo.running import Running
from tools.demo.searching import Searcher
from tools.demo.traffic import Driver
from tools.demo.walk import Delete, FirstWalk, Walk

Say = Callable[[str], None]

LIST = "stolen-vehicles"
LIVE_PURPOSE = "live-monitoring"
# How long the alerts service may take to learn of a case, and how often it is asked.
CASE_SECONDS = 60.0
LOOK_SECONDS = 0.2
# Latin, and older Arabic ones; more of them ring more often.
WANTED = (
    *(f"13 {letter} {number}" for letter, number in zip("ABDEFGHKLM", range(40417, 99999, 5113), strict=False)),
    *("٤٥٢٧١ ب", "٩٠٣١٨ د", "١٧٧٤٠ ط"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says. `minutes` None: until Ctrl-C. `figures`: a JSON line a minute goes there."""

    data: Path
    rate: float
    minutes: float | None
    figures: Path | None


async def run(options: Options, say: Say) -> None:
    """Run the demo until it is cancelled, or for the given minutes."""
    async with Platform(options.data, say=say) as platform:
        await drive(platform, options, say, delete=partial(try_to_delete, platform.engines.objects))


async def prepare(platform: Running, say: Say) -> None:
    """Set the city up and say how to try it, without any traffic."""
    async with AsyncExitStack() as stack:
        await _register(platform, stack, say)
        _explain(platform, await _put_on_the_list(platform, stack, say), say)


async def drive(platform: Running, options: Options, say: Say, *, delete: Delete | None = None) -> None:
    """Set the city up, let traffic flow through services that run, and take the first that rings for a walk."""
    async with AsyncExitStack() as stack:
        cameras = await _register(platform, stack, say)
        officer = await _put_on_the_list(platform, stack, say)
        _explain(platform, officer, say)
        latencies = Latencies()
        driver = Driver(cameras, WANTED, rate=options.rate, latencies=latencies, clock=platform.clock)
        walk = FirstWalk(_walk(platform, officer, delete, stack, say))
        async with asyncio.TaskGroup() as group:
            walking = group.create_task(walk.run())
            listening = group.create_task(_show_what_rings(platform, latencies, walk, say))
            driving = group.create_task(driver.run())
            counting = group.create_task(_count(platform, driver, latencies, options.figures, say))
            if options.minutes is not None:
                await platform.clock.sleep(options.minutes * 60)
                for task in (driving, listening, counting, walking):
                    task.cancel()


async def _register(platform: Running, stack: AsyncExitStack, say: Say) -> Mapping[str, CameraClient]:
    administrator = Administrator(platform.ingest.address, await platform.sign_in("salim"))
    stack.push_async_callback(administrator.close)
    for site in SITES:
        await administrator.register_site(site)
    cameras = {}
    for camera in CAMERAS:
        await administrator.register_camera(camera)
        credential = await administrator.credential(camera.camera_id)
        client = CameraClient(platform.ingest.address, camera.camera_id, credential)
        cameras[camera.camera_id] = await stack.enter_async_context(client)
    say(f"{len(SITES)} sites and {len(CAMERAS)} cameras are registered, each camera with a password of its own")
    return cameras


async def _put_on_the_list(platform: Running, stack: AsyncExitStack, say: Say) -> Officer:
    await open_cases(platform.casework.address, await platform.sign_in("amira"), platform.clock.now())
    officer = Officer(platform.alerts.address, await platform.sign_in("amal"))
    stack.push_async_callback(officer.close)
    async with asyncio.timeout(CASE_SECONDS):
        while not await officer.is_known():
            await platform.clock.sleep(LOOK_SECONDS)
    present = await officer.watched(LIST)
    for plate in WANTED:
        if plate not in present:
            await officer.watch(LIST, plate, reason="stolen-vehicle")
    say(f"{len(WANTED)} plates are on the list {LIST!r}, under the case {INVESTIGATION!r}")
    return officer


def _explain(platform: Running, officer: Officer, say: Say) -> None:
    say("")
    addresses = platform.addresses()
    for name, address in addresses.items():
        say(f"  {name:<8} {address}" + (f"   (API: {address}/docs)" if address.startswith("http") else ""))
    say("  Amal's token, good for 12 hours; she investigates under the cases. For another: rasid token --as karim")
    say(f"    TOKEN={officer.token}")
    say(f'    curl -N -H "Authorization: Bearer $TOKEN" -H "Rasid-Case: {DUTY}" \\')
    say(f'      -H "Rasid-Purpose: {LIVE_PURPOSE}" {addresses["alerts"]}/v1/alerts/stream')
    say("  Leave out Rasid-Case and you are told what to send. Ctrl-C ends everything.")
    say("")


def _walk(platform: Running, officer: Officer, delete: Delete | None, stack: AsyncExitStack, say: Say) -> Walk:
    """The officer looks for what rang first, and keeps it."""
    searcher = Searcher(platform.search.address, officer.headers)
    archivist = Archivist(platform.archive.address, officer.headers)
    for person in (searcher, archivist):
        stack.push_async_callback(person.close)
    return Walk(searcher, archivist, platform.addresses(), delete, say)


async def _show_what_rings(platform: Running, latencies: Latencies, walk: FirstWalk, say: Say) -> None:
    headers = {
        "Authorization": f"Bearer {await platform.sign_in('karim')}",
        "Rasid-Case": DUTY,
        "Rasid-Purpose": LIVE_PURPOSE,
    }
    address = f"{platform.alerts.address}/v1/alerts/stream"
    async with http_client() as client:
        async for event in listen(client, address, headers):
            if event.name == "raised":
                _ring(event, platform.clock.monotonic(), latencies, say)
                walk.rang(json.loads(event.data))


def _ring(event: LiveEvent, now: float, latencies: Latencies, say: Say) -> None:
    alert = json.loads(event.data)
    latencies.rang(alert["detection_id"], now)
    plate = alert["plate"]
    p50, p99 = latencies.percentile_ms(50), latencies.percentile_ms(99)
    figures = "" if p50 is None else f"post to ring: p50 {p50:.0f} ms, p99 {p99:.0f} ms"
    say(f"  RING  {plate['read']:<12} on the list as {plate['entry']:<12} at {alert['camera_id']:<18} {figures}")


async def _count(
    platform: Running,
    driver: Driver,
    latencies: Latencies,
    figures: Path | None,
    say: Say,
) -> None:
    """Say once a minute what happened, so that a long run shows whether it stays as it began."""
    minute = 0
    while True:
        await platform.clock.sleep(60)
        minute += 1
        row = {
            "minute": minute,
            "posted": driver.posted.sent,
            "accepted": driver.posted.accepted,
            "refused": driver.posted.refused,
            "failed": driver.posted.failed,
            "rang": len(latencies.seconds),
            "p50_ms": latencies.percentile_ms(50),
            "p99_ms": latencies.percentile_ms(99),
            "memory_mebibytes": platform.memory_mebibytes(),
        }
        latencies.seconds.clear()
        say("  " + json.dumps(row))
        if figures is not None:
            with figures.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
