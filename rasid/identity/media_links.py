"""Signed links to pictures and clips: one permission, given once by the gate, used for many byte ranges.

A gated route makes a link, and its audit record names person, case and object before the link leaves (accountability
A1). Whoever holds the link may fetch the object until it expires; every process of the service accepts it. A link is
bound to its service, so that one of search opens nothing in the archive.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from rasid.contract.fields import UtcTime, parse_utc, utc_text
from rasid.errors import Forbidden
from rasid.runtime.clock import Clock

LINK_SECONDS = 300.0
LONGEST_TOKEN = 2048
_SEAL_BYTES = 32


@dataclass(frozen=True, slots=True)
class MediaLink:
    """What a link opens, for whom and until when."""

    object_id: str
    subject: str
    case_id: str
    expires_at: datetime


class _Written(msgspec.Struct, array_like=True, frozen=True):
    object_id: Annotated[str, Meta(min_length=1)]
    subject: str
    case_id: str
    expires_at: UtcTime


class MediaLinks:
    """Makes links and opens them. `key` is a secret (64 hex digits) that all processes of the service share."""

    def __init__(self, key: str, *, service: str, clock: Clock) -> None:
        self._key = key.encode()
        self._service = service.encode()
        self._clock = clock

    def make(self, object_id: str, *, subject: str, case_id: str, until: datetime | None = None) -> str:
        """A token for the address of the object: letters, digits, `-` and `_` only.

        It is good for `LINK_SECONDS`, and no longer than `until`.
        """
        expires_at = self._clock.now() + timedelta(seconds=LINK_SECONDS)
        if until is not None:
            expires_at = min(expires_at, until)
        body = msgspec.json.encode(_Written(object_id, subject, case_id, utc_text(expires_at)))
        return base64.urlsafe_b64encode(self._seal(body) + body).rstrip(b"=").decode()

    def open(self, token: str) -> MediaLink:
        """What the token opens; raises Forbidden when it was not made here, was altered, or has expired."""
        link = self._read(token)
        if link is None:
            raise Forbidden(
                "link-invalid", "this link was not made here: ask for one where the picture or clip is listed"
            )
        if self._clock.now() >= link.expires_at:
            raise Forbidden("link-expired", f"a link is good for {LINK_SECONDS:g} s at most: ask for a new one")
        return link

    def _read(self, token: str) -> MediaLink | None:
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        seal, body = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(body)):
            return None
        written = msgspec.json.decode(body, type=_Written)
        return MediaLink(written.object_id, written.subject, written.case_id, parse_utc(written.expires_at))

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, b"rasid media link %s\0%s" % (self._service, body), hashlib.sha256)
