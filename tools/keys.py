"""The demo's keys, made at its first start: what signs tokens, its public half, and the secrets of the services.

A real deployment has an identity provider instead; the services only ever read the public key set.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from rasid.errors import ConfigurationError
from rasid.identity.claims import person_claims, read_caller
from rasid.identity.sealing import public_half
from rasid.runtime.clock import Clock

FOLDER = "keys"
SIGNING_KEY = "signing.jwk.json"
KEY_SET = "tokens.jwks.json"
PSEUDONYM_KEY = "pseudonym.key"
NONCE_KEY = "nonce.key"
MEDIA_KEY = "media.key"
CERTIFICATE_KEY = "certificate.key"
# Oversight's own: no service is given it, only its public half.
OVERSIGHT_KEY = "oversight.key"
# In the order of the fields of `Keys`.
SECRETS = (PSEUDONYM_KEY, NONCE_KEY, MEDIA_KEY, CERTIFICATE_KEY, OVERSIGHT_KEY)
SECRET_MODE = 0o600
PUBLIC_MODE = 0o644
FOLDER_MODE = 0o700
ALGORITHM = "Ed25519"
ISSUER = "rasid"
AUDIENCE = "rasid"


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the public key set is (`RASID_TOKEN_KEYS`), and the secrets (all but the signing key: 64 hex digits)."""

    key_set: Path
    signing_key: OKPKey = field(repr=False)
    pseudonym_key: str = field(repr=False)
    nonce_key: str = field(repr=False)
    media_key: str = field(repr=False)
    certificate_key: str = field(repr=False)
    oversight_key: str = field(repr=False)

    @property
    def seal_key(self) -> str:
        """What services seal with: the public half of oversight's key."""
        return public_half(self.oversight_key)


def ensure_keys(data: Path) -> Keys:
    """The keys in the data folder; makes those that are not there yet. Safe to call from several processes at once."""
    folder = data / FOLDER
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with _locked(folder):
        if not (folder / SIGNING_KEY).exists():
            write_whole(folder / SIGNING_KEY, json.dumps(new_signing_key().as_dict(private=True)), SECRET_MODE)
        if not (folder / KEY_SET).exists():
            write_whole(folder / KEY_SET, json.dumps(public_key_set(_signing_key(folder))), PUBLIC_MODE)
        for name in SECRETS:
            if not (folder / name).exists():
                write_whole(folder / name, secrets.token_hex(32), SECRET_MODE)
    return load_keys(data)


def load_keys(data: Path) -> Keys:
    """The keys in the data folder; raises ConfigurationError when it has none, or none that can be used."""
    folder = data / FOLDER
    try:
        secret_texts = [(folder / name).read_text(encoding="ascii").strip() for name in SECRETS]
        return Keys(folder / KEY_SET, _signing_key(folder), *secret_texts)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"there are no keys in {folder} ({type(error).__name__})",
            "start `rasid demo` once with this data folder: it makes them",
        ) from None


def new_signing_key() -> OKPKey:
    """A key that signs tokens."""
    return OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def public_key_set(key: OKPKey) -> dict[str, Any]:
    """What the services are given: the JSON Web Key Set with the key's public half."""
    return {"keys": [key.as_dict(private=False)]}


def read_signing_key(text: str) -> OKPKey:
    """The key written in `text` (a JSON Web Key); raises ConfigurationError."""
    try:
        return _imported(text)
    except ValueError:
        raise ConfigurationError(
            "RASID_SIGNING_KEY is no private Ed25519 key as a JSON Web Key", "let `rasid secrets` make one"
        ) from None


def issue(
    keys: Keys,
    subject: str,
    agency: str,
    roles: Sequence[str],
    *,
    lifetime_seconds: float,
    clock: Clock,
    amr: Sequence[str] = ("pwd", "otp", "mfa"),
) -> str:
    """Sign an access token with the demo's own key: see `sign`."""
    return sign(keys.signing_key, subject, agency, roles, lifetime_seconds=lifetime_seconds, clock=clock, amr=amr)


def sign(
    key: OKPKey,
    subject: str,
    agency: str,
    roles: Sequence[str],
    *,
    lifetime_seconds: float,
    clock: Clock,
    amr: Sequence[str] = ("pwd", "otp", "mfa"),
) -> str:
    """Sign an access token (RFC 9068) for a person of `agency`, as an identity provider does after a login with MFA.

    Raises ClaimRefused rather than sign what no service would believe.
    """
    claims = person_claims(
        subject=subject,
        agency=agency,
        roles=roles,
        amr=amr,
        issuer=ISSUER,
        audience=AUDIENCE,
        now=clock.now(),
        lifetime_seconds=lifetime_seconds,
    )
    read_caller(claims)
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def _signing_key(folder: Path) -> OKPKey:
    return _imported((folder / SIGNING_KEY).read_text(encoding="ascii"))


def _imported(text: str) -> OKPKey:
    try:
        key = OKPKey.import_key(json.loads(text))
    except (JoseError, KeyError, TypeError) as error:
        raise ValueError(SIGNING_KEY) from error
    if not key.is_private:
        raise ValueError(SIGNING_KEY)
    return key


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_whole(path: Path, text: str, mode: int) -> None:
    """Write a file so that after a crash it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
