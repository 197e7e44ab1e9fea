"""The pinned public keys: the only keys whose tokens are believed, from one file that may change at run time."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from rasid.errors import ConfigurationError
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger

log = get_logger(__name__)

LOOK_SECONDS = 1.0
MAX_FILE_BYTES = 262_144
MIN_RSA_BITS = 2048
# RFC 9864 gave EdDSA over Ed25519 the name Ed25519; providers still write the older one. It is one algorithm.
ED25519_NAMES = frozenset({"Ed25519", "EdDSA"})
ALGORITHMS = ED25519_NAMES | {"ES256", "PS256"}
FIX = "set RASID_TOKEN_KEYS to a JSON Web Key Set (RFC 7517) with the issuer's public signing keys, each with a `kid`"


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A public key and the algorithms it may verify."""

    key: Key
    algorithms: frozenset[str]


class PinnedKeys:
    """The keys of a JWKS file. Looks for a change at most once a second; `generation` grows with every change.

    Raises ConfigurationError when the file is unusable at start. When it becomes unusable later (half written, gone),
    the last good keys stay in force and the failure is logged once: keys are withdrawn by writing a set without them.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self.generation = 0
        self._stamp = _stamp(path)
        self._keys = load(path)
        self._looked = clock.monotonic()

    def refresh(self) -> None:
        """Read the file again when it has changed since the last look."""
        now = self._clock.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = load(self._path)
        except ConfigurationError as error:
            log.error("the token keys changed and cannot be used; the last good ones stay", problem=error.problem)  # noqa: TRY400 - no traceback: it would show the file
            return
        self.generation += 1

    def find(self, kid: object, algorithm: object) -> Key | None:
        """The key named `kid`, when it may verify `algorithm`."""
        pinned = self._keys.get(kid) if isinstance(kid, str) else None
        return pinned.key if pinned is not None and algorithm in pinned.algorithms else None


def load(path: Path) -> dict[str, PinnedKey]:
    """Read a JWKS file; raises ConfigurationError. Keys for other algorithms or uses are passed over (RFC 7517, 5)."""
    members = _members(path)
    keys: dict[str, PinnedKey] = {}
    for member in members:
        _refuse_secret(path, member)
        kid = member.get("kid")
        pinned = _usable(member)
        if pinned is None or not isinstance(kid, str) or not kid:
            continue
        if kid in keys:
            raise ConfigurationError(f"two token keys in {path} have the same kid", FIX)
        keys[kid] = pinned
    if not keys:
        raise ConfigurationError(f"no usable token key (Ed25519, P-256, RSA for PS256) in {path}", FIX)
    return keys


def _members(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            body = json.loads(file.read(MAX_FILE_BYTES))
    except (OSError, ValueError, RecursionError):
        raise ConfigurationError(f"the token keys {path} cannot be read as JSON", FIX) from None
    members = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise ConfigurationError(f"the token keys {path} are not a key set", FIX)
    return members


def _refuse_secret(path: Path, member: dict[str, Any]) -> None:
    # A service only verifies. A signing key within its reach would let it forge whom it likes.
    if "d" in member or "k" in member:
        raise ConfigurationError(f"the token keys {path} hold a private or a shared key", FIX)


def _usable(member: dict[str, Any]) -> PinnedKey | None:
    try:
        if member.get("use", "sig") != "sig" or "verify" not in member.get("key_ops", ["verify"]):
            return None
        # The key is bound to its algorithms here; joserfc would take one of EdDSA's two names for another algorithm.
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # what is too weak is passed over
            key = import_key({name: value for name, value in member.items() if name != "alg"})
        algorithms = _algorithms(key)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    declared = member.get("alg")
    if declared is not None and declared not in algorithms:
        return None
    return PinnedKey(key, algorithms) if algorithms else None


def _algorithms(key: Key) -> frozenset[str]:
    if isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        return ED25519_NAMES
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        return frozenset({"ES256"})
    if isinstance(key, RSAKey) and key.public_key.key_size >= MIN_RSA_BITS:
        return frozenset({"PS256"})
    return frozenset()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
