"""Decides whether a post comes from the camera it says it comes from. No IO, and the same work whatever the answer.

A camera can only speak for itself: its user name is its identifier, and that must be the one in the address.
"""

import binascii
from datetime import datetime
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from services.ingest.credentials import REALM, Credential, new_credential
from services.ingest.devices import Device, Devices
from services.ingest.digest import LONGEST_HEADER, DigestAnswer, Nonces, ha1, parse

Reason = Literal["no_credential", "unknown_camera", "bad_credential", "stale_nonce", "other_camera", "retired"]


class Refused(Struct, frozen=True):
    """Why a post is not read. `camera_id` is the registered camera it concerns: for the log, not for the answer."""

    reason: Reason
    camera_id: str | None = None


class Request(Struct, frozen=True):
    """What of a request is looked at. `path` is the decoded path of the address."""

    camera_id: str
    method: str
    path: str
    authorization: str | None
    at: datetime


class _Basic(Struct, frozen=True):
    """`sha256` stands for the password: hashed once, compared with every credential there may be."""

    username: str
    sha256: str


class Admission:
    """Admits cameras by HTTP Basic or Digest.

    `unknown_password` is a secret of this process: the credential of cameras that do not exist is made of it, so that
    an unknown camera costs and gets the same as a wrong password.
    """

    def __init__(self, devices: Devices, nonces: Nonces, *, unknown_password: str, started_at: datetime) -> None:
        self._devices = devices
        self._nonces = nonces
        self._nobody = new_credential("", unknown_password, started_at)

    def admit(self, request: Request) -> Device | Refused:
        """The camera that posts, or why it is refused."""
        claim = _claim(request.authorization)
        if claim is None:
            return Refused("no_credential") if request.authorization is None else self._unproved(request)
        device = self._devices.get(claim.username)
        if not self._is_proved(claim, device, request) or device is None:
            return self._unproved(request)
        if isinstance(claim, DigestAnswer) and not self._is_current(claim, request.at):
            return Refused("stale_nonce", device.camera_id)
        if device.camera_id != request.camera_id:
            return Refused("other_camera", device.camera_id)
        return Refused("retired", device.camera_id) if device.state == "retired" else device

    @staticmethod
    def proof(device: Device, request: Request) -> Credential | None:
        """By which of its credentials a camera that was admitted has proven itself."""
        claim = _claim(request.authorization)
        held = (one for one in device.credentials if one.is_valid(request.at))
        return None if claim is None else next((one for one in held if _matches(one, claim, request)), None)

    def _is_proved(self, claim: DigestAnswer | _Basic, device: Device | None, request: Request) -> bool:
        """Compare with both places a credential may be in, whatever is there."""
        held = () if device is None else tuple(one for one in device.credentials if one.is_valid(request.at))
        current, previous = (*held, self._nobody, self._nobody)[:2]
        is_for_this = not isinstance(claim, DigestAnswer) or _is_for(claim.uri, request.path)
        return (_matches(current, claim, request) | _matches(previous, claim, request)) & is_for_this

    def _is_current(self, claim: DigestAnswer, now: datetime) -> bool:
        # An answer that is right but made for a nonce of before our secret changed is stale too, not wrong.
        return self._nonces.is_ours(claim.nonce) and self._nonces.is_fresh(claim.nonce, now)

    def _unproved(self, request: Request) -> Refused:
        known = self._devices.get(request.camera_id)
        return Refused("unknown_camera") if known is None else Refused("bad_credential", known.camera_id)


def _matches(credential: Credential, claim: DigestAnswer | _Basic, request: Request) -> bool:
    if isinstance(claim, DigestAnswer):
        return credential.answers(claim, request.method)
    return credential.knows(claim.sha256)


def _is_for(uri: str, path: str) -> bool:
    """Whether a Digest answer was made for this path; a proxy may have taken a prefix or the host away."""
    try:
        return unquote(urlsplit(uri).path).endswith(path)
    except ValueError:
        return False


def _claim(authorization: str | None) -> DigestAnswer | _Basic | None:
    scheme, _, rest = (authorization or "").strip().partition(" ")
    if scheme.lower() == "digest":
        return parse(rest)
    return _basic(rest) if scheme.lower() == "basic" else None


def _basic(text: str) -> _Basic | None:
    """RFC 7617; the password may contain colons, the user name may not."""
    if len(text) > LONGEST_HEADER:
        return None
    try:
        username, colon, password = binascii.a2b_base64(text.strip(), strict_mode=True).decode().partition(":")
    except ValueError:  # no Base64, not even ASCII, or no UTF-8 inside
        return None
    return _Basic(username, ha1("SHA-256", username, REALM, password)) if colon else None


def claimed_user(authorization: str | None) -> str:
    """Whom a header says it is from, where the address does not name the camera; empty when it cannot be read."""
    claim = _claim(authorization)
    return "" if claim is None else claim.username
