"""Asking a broker whether it does its work, in the protocol's own bytes (Kafka protocol guide).

A client library would log an error for every try while the broker is still starting, and takes longer to import than
this takes to answer.
"""

import asyncio
import struct

METADATA, METADATA_VERSION = 3, 1
FIND_COORDINATOR, FIND_COORDINATOR_VERSION = 10, 0
GROUP = b"rasid-engine-check"


async def works(host: str, port: int) -> bool:
    """Whether a live broker and a coordinator for consumer groups are there.

    Asking for the coordinator makes Kafka create what it keeps of groups, so that the first consumer need not wait.

    Raises:
        OSError: nobody listens there, or hangs up.
    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        no_topic = struct.pack(">i", 0)
        (brokers,) = struct.unpack_from(">i", await _ask(reader, writer, METADATA, METADATA_VERSION, no_topic))
        group = struct.pack(f">h{len(GROUP)}s", len(GROUP), GROUP)
        found = await _ask(reader, writer, FIND_COORDINATOR, FIND_COORDINATOR_VERSION, group)
        (error,) = struct.unpack_from(">h", found)
    except asyncio.IncompleteReadError as cut_off:
        raise ConnectionResetError from cut_off
    finally:
        writer.close()
    return bool(brokers > 0 and error == 0)


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, api: int, version: int, body: bytes
) -> bytes:
    """The body of the answer. Request header version 1 with correlation 0 and no client id."""
    request = struct.pack(">hhih", api, version, 0, -1) + body
    writer.write(struct.pack(">i", len(request)) + request)
    (length,) = struct.unpack(">i", await reader.readexactly(4))
    answer = await reader.readexactly(length)
    return answer[4:]  # after the correlation
