"""Reading what a topic holds now, once, without a group."""

from collections.abc import AsyncGenerator

from rasid.stream.ports import Log, Record

POLL_SECONDS = 0.25


async def up_to_now(log: Log, topic: str) -> AsyncGenerator[Record, None]:
    """Every record between a topic's first and the end it had when this was called; raises Unavailable.

    In order for each partition. Whoever stops before the end closes it (`contextlib.aclosing`).
    """
    bounds = {partition: each for partition, each in (await log.bounds(topic)).items() if each.first < each.end}
    if not bounds:
        return
    async with log.open(topic, {partition: each.first for partition, each in bounds.items()}) as reader:
        left = set(bounds)
        while left:
            page = await reader.page(POLL_SECONDS)
            for partition, records in page.records.items():
                for record in records:
                    if record.offset < bounds[partition].end:
                        yield record
            left -= {partition for partition in left if page.positions[partition] >= bounds[partition].end}
