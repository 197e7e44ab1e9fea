"""The readable query in an audit record, sealed for oversight: services can write it and not read it.

HPKE (RFC 9180) in base mode: X25519, HKDF-SHA256, AES-256-GCM. `info` holds the record's `audit_id`, so that a sealed
query that is moved into another record cannot be opened there.
"""

import base64
import binascii
import json
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from rasid.errors import Altered, ConfigurationError

SCHEME = "s1"
KEY_ID_HEX = 8
MAX_BODY_BYTES = 8_192
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
FIX = "set RASID_SEAL_KEY to oversight's public key (64 hex digits); `rasid secrets` makes one"


class Sealer:
    """Seals for the X25519 public key `key` (64 hex digits); raises ConfigurationError when it is none."""

    def __init__(self, key: str) -> None:
        try:
            raw = bytes.fromhex(key)
            self._key = X25519PublicKey.from_public_bytes(raw)
        except ValueError:
            raise ConfigurationError("the seal's key is no X25519 public key in 64 hex digits", FIX) from None
        self._key_id = key_id(raw)

    def seal(self, audit_id: str, method: str, path: str, query: str, body: bytes) -> str:
        """A request as `s1:<key id>:<base64url>`. Of its body no more than 8 KiB, the rest as its size."""
        shown = {
            "method": method,
            "path": path,
            "query": query,
            "body": body[:MAX_BODY_BYTES].decode("utf-8", "replace"),
            "body_bytes": len(body),
        }
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        sealed = _SUITE.encrypt(text, self._key, info=_info(audit_id))
        return f"{SCHEME}:{self._key_id}:{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"


def open_sealed(key: str, audit_id: str, sealed: str) -> dict[str, str | int]:
    """The request that was sealed for the private key `key` (64 hex digits) in the record `audit_id`.

    Raises Altered when it was sealed for another key, belongs to another record or was changed.
    """
    scheme, _, rest = sealed.partition(":")
    _, _, text = rest.partition(":")
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        opened = _SUITE.decrypt(whole, X25519PrivateKey.from_private_bytes(bytes.fromhex(key)), info=_info(audit_id))
    except (InvalidTag, ValueError, binascii.Error):
        opened = b""
    if scheme != SCHEME or not opened:
        raise Altered("this was not sealed for this key and this record")
    found: dict[str, str | int] = json.loads(opened)
    return found


def new_seal_keys() -> tuple[str, str]:
    """A private and its public key, 64 hex digits each: one for oversight alone, one for the services."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw().hex()


def public_half(private: str) -> str:
    """The public key of a private one; raises ValueError."""
    return X25519PrivateKey.from_private_bytes(bytes.fromhex(private)).public_key().public_bytes_raw().hex()


def key_id(public: bytes) -> str:
    """Which key something was sealed for, so that oversight finds the private half after a change of keys."""
    return sha256(public).hexdigest()[:KEY_ID_HEX]


def _info(audit_id: str) -> bytes:
    return b"rasid audit query v1\0" + audit_id.encode()
