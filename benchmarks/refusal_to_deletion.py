"""How soon what was found under an authorization is gone when the authority refuses it, also when alerts is away then.

A covert entry rests on an urgent authorization, one read of its plate rang. The time runs from the authority's refusal,
as somebody reports it to casework, until alerts says that the entry is erased: its alerts are deleted and that is on
record by then. The limit is the answer to that report. The second figure is the same while alerts is killed before the
report, and started as soon as that is answered.

    python -m benchmarks.refusal_to_deletion
"""

import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._bench import machine, run
from tests.support.covert import authorized, entered, rejected, send
from tests.support.eventually import eventually
from tests.support.town import UNHURRIED, Town, new_plate
from tools.demo.platform import Platform

TIMES = 20
RESTARTS = 5
PATIENCE_SECONDS = 60.0
# What is revoked counts no longer than this (accountability A5).
GOAL_SECONDS = 5.0


async def rung(town: Town, plate: str) -> None:
    """A read of the plate has rung for the entry."""
    async with town.camera() as camera:
        (await camera.post("application/xml", town.read(plate))).raise_for_status()

    async def is_shown() -> bool:
        return bool((await send(town.platform.alerts.address, "/v1/alerts", town.headers())).json()["items"])

    await eventually(is_shown, PATIENCE_SECONDS, "it rings")


async def gone(town: Town, entry: str) -> None:
    """Alerts has deleted what it found, and says so of the one alert."""

    async def erased() -> dict[str, int]:
        answer = await send(town.platform.alerts.address, entry, town.headers())
        return (answer.json()["erased"] if answer.is_success else None) or {}

    assert (await eventually(erased, PATIENCE_SECONDS, "it is deleted"))["alerts"] == 1


async def once(platform: Platform, *, alerts_is_away: bool) -> tuple[float, float]:
    """Seconds from the report of a refusal until the deletion, and until the report's own answer."""
    town, plate = Town(platform), new_plate()
    await town.open_cases()
    authorization_id, etag = await authorized(town)
    entry = await entered(town, plate, authorization_id)
    await rung(town, plate)
    if alerts_is_away:
        await platform.alerts.kill()
    began = time.monotonic()
    await rejected(town, authorization_id, etag)
    answered = time.monotonic()
    if alerts_is_away:
        await platform.alerts.start()
    await gone(town, entry)
    return time.monotonic() - began, answered - began


def tell(name: str, took: list[tuple[float, float]]) -> None:
    """One figure beside its limit, as JSON."""
    figures, limits = zip(*took, strict=True)
    print(
        json.dumps(
            {
                "benchmark": f"refusal_to_deletion: {name}",
                "unit": "ms, the longest",
                "figure": round(max(figures) * 1000),
                "p50": round(statistics.median(figures) * 1000),
                "limit": round(max(limits) * 1000),
                "limit_is": "the answer to who reports the refusal",
                "goal": round(GOAL_SECONDS * 1000),
                "reached": max(figures) <= GOAL_SECONDS,
                "times": len(took),
                **machine(),
            }
        ),
        flush=True,
    )


async def main() -> None:
    """Both figures, on one platform."""
    with TemporaryDirectory(prefix="rasid-bench-") as folder:
        async with Platform(Path(folder), settings=UNHURRIED) as platform:
            tell("alive", [await once(platform, alerts_is_away=False) for _ in range(TIMES)])
            tell("alerts is away", [await once(platform, alerts_is_away=True) for _ in range(RESTARTS)])


if __name__ == "__main__":
    run(main())
