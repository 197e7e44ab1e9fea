"""What a listener who resumes has missed, in order, each event on record before it is sent."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from services.alerts import live_frames
from services.alerts.listener import Listener
from services.alerts.live_audit import LiveAudit
from services.alerts.live_window import Item

# Events whose audit records are written at the same time; all of them are acknowledged before the first is sent.
CHUNK = 100
AGAIN_SECONDS = 1.0


async def catch_up(listener: Listener, audit: LiveAudit, clock: Clock) -> AsyncIterator[bytes]:
    """The frames of `listener.missed` that are theirs to see; waits while the audit log or the store is away."""
    missed, listener.missed = listener.missed, []
    for start in range(0, len(missed), CHUNK):
        chunk = missed[start : start + CHUNK]
        while listener.may_see():
            try:
                frames = await _recorded(chunk, listener, audit)
            except Unavailable:
                await clock.sleep(AGAIN_SECONDS)
            else:
                break
        else:
            return
        for frame in frames:
            if not listener.may_see():
                return
            yield frame


async def _recorded(items: Sequence[Item], listener: Listener, audit: LiveAudit) -> list[bytes]:
    owners = await audit.owners(items)
    theirs = [
        (item, owners[item.alert_id], live_frames.frame(item, listener.epoch))
        for item in items
        if item.alert_id in owners and listener.sees(owners[item.alert_id])
    ]
    try:
        async with asyncio.TaskGroup() as writing:
            for item, owner, frame in theirs:
                writing.create_task(audit.write(item, owner, frame, [listener]))
    except* Unavailable as errors:
        raise Unavailable("the audit log", f"{len(errors.exceptions)} records were not acknowledged") from None
    return [frame for _, _, frame in theirs]
