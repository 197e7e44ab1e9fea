"""A JSON Web Key Set (RFC 7517) as pinned public keys, each bound to the algorithms it may verify."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from rasid.errors import ConfigurationError

MAX_SET_BYTES = 262_144
MAX_KEYS = 64
MIN_RSA_BITS = 2048
# RFC 9864 gave EdDSA over Ed25519 the name Ed25519; providers still write the older one. It is one algorithm.
ED25519_NAMES = frozenset({"Ed25519", "EdDSA"})
ALGORITHMS = ED25519_NAMES | {"ES256", "PS256"}
FIX = (
    "set RASID_TOKEN_KEYS to a JSON Web Key Set (RFC 7517) with the issuer's public signing keys, each with a `kid`; "
    "or leave it empty and set RASID_TOKEN_ISSUER to the address of a provider that publishes one"
)


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A public key and the algorithms it may verify."""

    key: Key
    algorithms: frozenset[str]


KeySet = Mapping[str, PinnedKey]


def read_key_set(text: bytes, source: str) -> KeySet:
    """The usable keys of a set by `kid`; raises ConfigurationError that names `source`.

    Keys for other algorithms or uses are passed over (RFC 7517, 5).
    """
    keys: dict[str, PinnedKey] = {}
    for member in _members(text, source):
        _refuse_secret(source, member)
        kid = member.get("kid")
        pinned = _usable(member)
        if pinned is None or not isinstance(kid, str) or not kid:
            continue
        if kid in keys:
            raise ConfigurationError(f"two token keys in {source} have the same kid", FIX)
        keys[kid] = pinned
    if not keys:
        raise ConfigurationError(f"no usable token key (Ed25519, P-256, RSA for PS256) in {source}", FIX)
    return keys


def _members(text: bytes, source: str) -> list[dict[str, Any]]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigurationError(f"the token keys {source} cannot be read as JSON", FIX) from None
    members = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise ConfigurationError(f"the token keys {source} are not a key set", FIX)
    if len(members) > MAX_KEYS:
        raise ConfigurationError(f"the token keys {source} are more than {MAX_KEYS}", FIX)
    return members


def _refuse_secret(source: str, member: dict[str, Any]) -> None:
    # A service only verifies. A signing key within its reach would let it forge whom it likes.
    if "d" in member or "k" in member:
        raise ConfigurationError(f"the token keys {source} hold a private or a shared key", FIX)


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
