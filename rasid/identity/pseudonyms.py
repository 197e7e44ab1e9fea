"""Keyed pseudonyms: repeated look-ups of one plate show in the audit log without the plate.

The key of a period (a calendar month, UTC) is derived from one secret, so that oversight can be given the months of an
inquiry and no others. Derivation and pseudonym are HMAC-SHA256 (RFC 2104) with separated inputs.
"""

import hmac
from datetime import UTC, datetime
from hashlib import sha256

from rasid.errors import ConfigurationError
from rasid.plates.normalize import normalize

SCHEME = "p1"
KEY_BYTES = 32
PSEUDONYM_HEX = 32


class Pseudonyms:
    """Writes pseudonyms with the secret `key` (64 hex digits); raises ConfigurationError when it is none."""

    def __init__(self, key: str) -> None:
        try:
            self._secret = bytes.fromhex(key)
        except ValueError:
            self._secret = b""
        if len(self._secret) != KEY_BYTES:
            raise ConfigurationError(
                "the pseudonym key is not 64 hex digits", "set RASID_PSEUDONYM_KEY, the same for every service"
            )
        self._period = ""
        self._period_key = b""

    def plate(self, text: str, at: datetime) -> str:
        """The pseudonym of a plate, however it is written, at the aware time `at`: `p1:2026-11:<32 hex digits>`."""
        period = at.astimezone(UTC).strftime("%Y-%m")
        plate = (normalize(text) or text).encode()
        return f"{SCHEME}:{period}:{self._mac(period, 'plate', plate)[:PSEUDONYM_HEX]}"

    def query(self, canonical: bytes, at: datetime) -> str:
        """A keyed digest (64 hex digits) of a request: a plain one of a query with a plate in it could be guessed."""
        return self._mac(at.astimezone(UTC).strftime("%Y-%m"), "query", canonical)

    def _mac(self, period: str, kind: str, data: bytes) -> str:
        if period != self._period:
            self._period_key = hmac.digest(self._secret, f"rasid:pseudonym:{period}".encode(), sha256)
            self._period = period
        return hmac.digest(self._period_key, f"{kind}:".encode() + data, sha256).hex()
