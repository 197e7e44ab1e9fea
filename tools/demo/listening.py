"""Listens to the live alert stream as a control room's page does: server-sent events, resumed after a break."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event of the stream: its id (to resume from), its name and its data as text."""

    id: str
    name: str
    data: str


async def parse(lines: AsyncIterator[str]) -> AsyncIterator[LiveEvent]:
    """Cut lines into events; comments such as `: ping` are passed over. Source: HTML standard, "Server-sent events"."""
    fields: dict[str, str] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield LiveEvent(fields.get("id", ""), fields.get("event", "message"), fields["data"])
            fields = {}


async def listen(
    client: httpx.AsyncClient,
    address: str,
    headers: dict[str, str],
) -> AsyncIterator[LiveEvent]:
    """Connect and yield events; when the connection breaks, connect again and resume after the last one seen."""
    last = ""
    while True:
        resume = {"Last-Event-ID": last} if last else {}
        try:
            async with client.stream("GET", address, headers={**headers, **resume}, timeout=None) as response:
                response.raise_for_status()
                async for event in parse(response.aiter_lines()):
                    last = event.id or last
                    yield event
        except httpx.TransportError:
            continue
