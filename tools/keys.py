"""The demo's keys, made at its first start: what its issuer signs tokens with, and the secrets of the services.

A real deployment has an identity provider instead; the services only ever read public keys.
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
from rasid.identity.claims import machine_claims, person_claims, read_caller
from rasid.identity.sealing import public_half
from rasid.runtime.clock import Clock

FOLDER = "keys"
SIGNING_KEY = "signing.jwk.json"
KEY_SET = "tokens.jwks.json"
PSEUDONYM_KEY = "pseudonym.key"
NONCE_KEY = "nonce.key"
MEDIA_KEY = "media.key"
CERTIFICATE_KEY = "certificate.key"
RECORDER_KEY = "recorder.key"
# Oversight's own: no service is given it, only its public half.
OVERSIGHT_KEY = "oversight.key"
# In the order of the fields of `Keys`.
SECRETS = (PSEUDONYM_KEY, NONCE_KEY, MEDIA_KEY, CERTIFICATE_KEY, OVERSIGHT_KEY, RECORDER_KEY)
SECRET_MODE = 0o600
PUBLIC_MODE = 0o644
FOLDER_MODE = 0o700
ALGORITHM = "Ed25519"
ISSUER = "rasid"
AUDIENCE = "rasid"
MFA = ("pwd", "otp", "mfa")


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the public key set is, and the secrets (all but the signing key: 64 hex digits).

    `recorder_key` is the password of the demo's recorder at the issuer.
    """

    key_set: Path
    signing_key: OKPKey = field(repr=False)
    pseudonym_key: str = field(repr=False)
    nonce_key: str = field(repr=False)
    media_key: str = field(repr=False)
    certificate_key: str = field(repr=False)
    oversight_key: str = field(repr=False)
    recorder_key: str = field(repr=False)

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


def rotate(data: Path) -> None:
    """Make a new signing key. The one before stays in the key set, so that its tokens count; older ones go.

    Raises ConfigurationError when the folder has no keys. The key set is written first: no token is signed with a key
    that nobody can look up.
    """
    folder = data / FOLDER
    load_keys(data)
    with _locked(folder):
        before, key = _signing_key(folder), new_signing_key()
        write_whole(folder / KEY_SET, json.dumps(public_key_set(key, before)), PUBLIC_MODE)
        write_whole(folder / SIGNING_KEY, json.dumps(key.as_dict(private=True)), SECRET_MODE)


def new_signing_key() -> OKPKey:
    """A key that signs tokens."""
    return OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def public_key_set(*keys: OKPKey) -> dict[str, Any]:
    """What the services are given: the JSON Web Key Set with the keys' public halves."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


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
    issuer: str = ISSUER,
    amr: Sequence[str] = MFA,
) -> str:
    """Sign an access token with the demo's own key: see `sign`."""
    return sign(
        keys.signing_key, subject, agency, roles, lifetime_seconds=lifetime_seconds, clock=clock, issuer=issuer, amr=amr
    )


def sign(
    key: OKPKey,
    subject: str,
    agency: str,
    roles: Sequence[str],
    *,
    lifetime_seconds: float,
    clock: Clock,
    issuer: str = ISSUER,
    amr: Sequence[str] = MFA,
) -> str:
    """Sign an access token (RFC 9068) for a person of `agency`, as an identity provider does after a login with MFA.

    Raises ClaimRefused rather than sign what no service would believe.
    """
    claims = person_claims(
        subject=subject,
        agency=agency,
        roles=roles,
        amr=amr,
        issuer=issuer,
        audience=AUDIENCE,
        now=clock.now(),
        lifetime_seconds=lifetime_seconds,
    )
    return _signed(key, claims)


def sign_machine(
    key: OKPKey,
    client_id: str,
    agency: str,
    scopes: Sequence[str],
    *,
    lifetime_seconds: float,
    clock: Clock,
    issuer: str = ISSUER,
) -> str:
    """Sign an access token for a machine; raises ClaimRefused as `sign` does."""
    claims = machine_claims(
        client_id=client_id,
        agency=agency,
        scopes=scopes,
        issuer=issuer,
        audience=AUDIENCE,
        now=clock.now(),
        lifetime_seconds=lifetime_seconds,
    )
    return _signed(key, claims)


def _signed(key: OKPKey, claims: dict[str, Any]) -> str:
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
