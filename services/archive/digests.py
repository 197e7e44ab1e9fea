"""The digest that whoever sends a clip may say beforehand (RFC 9530). No IO."""

import base64
import binascii
import re
from collections.abc import Mapping

from rasid.errors import BadRequest

FIELDS = ("repr-digest", "content-digest")
_SHA256 = re.compile(r"(?:^|[,\s])sha-256=:([A-Za-z0-9+/=]{0,100}):", re.IGNORECASE)
_BYTES = 32


def declared_sha256(headers: Mapping[str, str]) -> str | None:
    """The SHA-256 (hex) that is declared; None when none is. Raises BadRequest for one that cannot be."""
    declared = {found for name in FIELDS if (found := _read(headers.get(name))) is not None}
    if len(declared) > 1:
        raise BadRequest("digest-malformed", "Repr-Digest and Content-Digest say different things: send one.")
    return next(iter(declared), None)


def digest_field(sha256: str) -> str:
    """A SHA-256 (hex) as the header field says it."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def _read(field: str | None) -> str | None:
    if field is None or "sha-256" not in field.lower():
        return None  # of another algorithm: not ours to check
    found = _SHA256.search(field)
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != _BYTES:
        raise BadRequest("digest-malformed", "Write the digest as sha-256=:BASE64: (RFC 9530), of the clip's bytes.")
    return digest.hex()
