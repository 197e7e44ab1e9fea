"""SHA-256 of bytes that come piece by piece: of all of them, and of each mebibyte, so that a part is checked by itself.

No IO. It takes a processor's time: call it from a thread.
"""

import hashlib
from dataclasses import dataclass

from rasid.errors import Altered

CHUNK_BYTES = 1024 * 1024
DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Digests:
    """What bytes are known by: `sha256` (hex) of all, `chunks` of each mebibyte from the first on, end to end.

    Without `chunks` only the whole can be checked.
    """

    sha256: str
    chunks: bytes = b""

    def check_chunk(self, number: int, body: bytes) -> None:
        """Raise Altered unless `body` is the mebibyte (the last one: what is left) with this number, from 0."""
        known = self.chunks[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]
        if hashlib.sha256(body).digest() != known:
            raise Altered(f"the stored bytes are not those that were put: mebibyte {number} differs")

    def check_whole(self, sha256: str) -> None:
        """Raise Altered unless that is the SHA-256 (hex) of all bytes."""
        if sha256 != self.sha256:
            raise Altered("the stored bytes are not those that were put: their SHA-256 differs")


class Hasher:
    """Takes bytes in pieces of any size, in order."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()
        self._chunk = hashlib.sha256()
        self._chunk_bytes = 0
        self._chunks = bytearray()

    def update(self, piece: bytes | bytearray) -> None:
        """Go on."""
        self._whole.update(piece)
        rest = memoryview(piece)
        while rest:
            fitting, rest = rest[: CHUNK_BYTES - self._chunk_bytes], rest[CHUNK_BYTES - self._chunk_bytes :]
            self._chunk.update(fitting)
            self._chunk_bytes += len(fitting)
            if self._chunk_bytes == CHUNK_BYTES:
                self._chunks += self._chunk.digest()
                self._chunk, self._chunk_bytes = hashlib.sha256(), 0

    def digests(self) -> Digests:
        """Of what has come."""
        last = self._chunk.digest() if self._chunk_bytes else b""
        return Digests(self._whole.hexdigest(), bytes(self._chunks + last))
