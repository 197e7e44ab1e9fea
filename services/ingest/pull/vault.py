"""Camera credentials that Rasid itself must know, to ask cameras: sealed at rest with a key given by settings. No IO.

AES-256-GCM, the camera's identifier bound in: a sealed credential that is moved to another camera does not open. Not to
be mixed up with the passwords that cameras prove themselves with, of which only digests are kept.
"""

import base64
import binascii
from collections.abc import Callable
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from rasid.errors import Altered, ConfigurationError

SCHEME = "c1"
NONCE_BYTES = 12
KEY_BYTES = 32
FIX = "set RASID_CAMERA_KEY to 64 hex digits, the same on every process; `openssl rand -hex 32` makes one"


class CameraCredential(Struct, frozen=True):
    """The user and password of a camera's own account. Never printed: its representation says nothing."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Nothing of it, wherever it is printed by mistake."""
        return "CameraCredential(***)"


class Vault:
    """Seals and opens with one key (64 hex digits); raises ConfigurationError when it is none.

    `chance` gives a new secret of 160 bits each time: what makes no two sealed texts alike.
    """

    def __init__(self, key: str, chance: Callable[[], str]) -> None:
        try:
            raw = bytes.fromhex(key)
        except ValueError:
            raw = b""
        if len(raw) != KEY_BYTES:
            raise ConfigurationError("the key of camera credentials is no 64 hex digits", FIX)
        self._cipher = AESGCM(raw)
        self._key_id = sha256(b"rasid camera key " + raw).hexdigest()[:8]
        self._chance = chance

    def seal(self, camera_id: str, credential: CameraCredential) -> str:
        """The credential as `c1:<key id>:<base64>`; never twice the same text."""
        nonce = sha256(self._chance().encode()).digest()[:NONCE_BYTES]
        sealed = self._cipher.encrypt(nonce, msgspec.json.encode(credential), camera_id.encode())
        return f"{SCHEME}:{self._key_id}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, camera_id: str, text: str) -> CameraCredential:
        """The credential; raises Altered when it was sealed with another key, for another camera, or was changed."""
        scheme, _, rest = text.partition(":")
        key_id, _, body = rest.partition(":")
        if scheme != SCHEME or key_id != self._key_id:
            raise Altered("the camera's credential was sealed with another key: give it again")
        try:
            whole = base64.b64decode(body, validate=True)
            opened = self._cipher.decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], camera_id.encode())
            return msgspec.json.decode(opened, type=CameraCredential)
        except (InvalidTag, ValueError, binascii.Error, msgspec.DecodeError):
            raise Altered("the camera's credential does not open: give it again") from None
