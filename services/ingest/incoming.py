"""The bytes of one connection, cut into messages, and who is at its other end."""

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import IPv6Address, ip_address

from rasid.errors import InvalidEvent
from services.ingest.payload.xml_stream import FRAMING, DocumentEnd

CHUNK_BYTES = 64 * 1024
# A dead peer is found after 60 + 4 * 15 seconds.
KEEP_ALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))


class Incoming:
    """The bytes of one connection, cut into messages."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._rest = b""
        self.is_over = False

    async def begin(self) -> bool:
        """Wait for the first byte of a message; False when the connection ended instead."""
        while not self._rest:
            chunk = await self._reader.read(CHUNK_BYTES)
            if not chunk:
                return False
            self._rest = chunk.lstrip(FRAMING)
        return True

    async def message(self) -> AsyncIterator[bytes]:
        """The chunks of one message. One that breaks off or is no XML is the connection's last: `is_over`."""
        end, chunk = DocumentEnd(), self._rest
        self._rest = b""
        while chunk:
            try:
                length = end.find(chunk)
            except InvalidEvent:
                break
            if length is not None:
                self._rest = chunk[length:].lstrip(FRAMING)
                yield chunk[:length]
                return
            yield chunk
            chunk = await self._reader.read(CHUNK_BYTES)
        self.is_over = True
        if chunk:
            yield chunk


def peer_address(writer: asyncio.StreamWriter) -> str:
    """The peer's address as the registry writes it; empty when it is gone already."""
    peer = writer.get_extra_info("peername")
    try:
        address = ip_address(peer[0].partition("%")[0])
    except (TypeError, ValueError):
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def keep_alive(writer: asyncio.StreamWriter) -> None:
    """Let the system find out when the peer is gone without a word."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE:
        option = getattr(socket, name, None)  # not every system has them all
        if option is not None:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
