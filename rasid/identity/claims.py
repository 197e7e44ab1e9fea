"""What a token says about a person or a machine: read after its signature has been checked, written by an issuer.

A person has roles and more than one factor, a machine has scopes of ours; a token that mixes both is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rasid.contract.fields import is_identifier

MAX_ROLES = 16
MAX_METHODS = 16
MAX_SCOPE_CHARACTERS = 1024
# What a machine may be allowed. Providers put scopes of their own beside them (`openid`, `profile`): not our business.
SCOPES: dict[str, str] = {
    "rasid:clips.deliver": "Send the recordings that are awaited as evidence",
}
SCOPE_PREFIX = "rasid:"
# OpenID Connect Core 2: a subject is at most 255 ASCII characters. It ends up in audit records: printable only.
_SUBJECT = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_METHOD = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

# RFC 8176 by the kind of factor. Two methods of one kind (a password and a PIN) are still one factor.
_KNOWLEDGE = frozenset({"pwd", "pin", "kba"})
_POSSESSION = frozenset({"otp", "hwk", "swk", "sc", "sms", "tel", "pop"})
_INHERENCE = frozenset({"face", "fpt", "iris", "retina", "vbm"})


class ClaimRefused(ValueError):
    """A claim that is missing, malformed or not enough; its name is the message."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or a machine whose token was verified. `expires_at` is the token's `exp` (aware, UTC).

    `amr` says how a person proved who they are; `acr:<value>` when it is the issuer's word for it. Only a machine has
    `scopes`, and its `subject` is the id of its client.
    """

    subject: str
    agency: str
    roles: tuple[str, ...]
    amr: tuple[str, ...]
    expires_at: datetime
    scopes: tuple[str, ...] = ()

    @property
    def is_machine(self) -> bool:
        """Whether it is nobody."""
        return bool(self.scopes)


def read_caller(claims: Mapping[str, Any], *, mfa_acr: frozenset[str] = frozenset()) -> Caller:
    """Who verified claims name; raises ClaimRefused when one is missing, malformed or not enough."""
    subject = claims.get("sub")
    agency = claims.get("agency")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise ClaimRefused("sub")
    if not isinstance(agency, str) or not is_identifier(agency):
        raise ClaimRefused("agency")
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    scopes = _scopes(claims)
    if scopes:
        return Caller(_machine(claims), agency, (), (), expires_at, scopes)
    roles = _texts(claims, "roles", MAX_ROLES)
    if not roles or not all(is_identifier(role) for role in roles):
        raise ClaimRefused("roles")
    return Caller(subject, agency, roles, _factors(claims, mfa_acr), expires_at)


def _factors(claims: Mapping[str, Any], mfa_acr: frozenset[str]) -> tuple[str, ...]:
    """How the person proved who they are, when that is enough."""
    acr = claims.get("acr")
    if isinstance(acr, str) and acr in mfa_acr:
        return (*(_methods(claims) if "amr" in claims else ()), f"acr:{acr}")
    amr = _methods(claims)
    if not has_two_factors(amr):
        raise ClaimRefused("amr")
    return amr


def _methods(claims: Mapping[str, Any]) -> tuple[str, ...]:
    amr = _texts(claims, "amr", MAX_METHODS)
    if not all(_METHOD.fullmatch(method) for method in amr):
        raise ClaimRefused("amr")
    return amr


def _scopes(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that are ours. One of ours that does not exist is a mistake that nobody should build upon."""
    text = claims.get("scope", "")
    if not isinstance(text, str) or len(text) > MAX_SCOPE_CHARACTERS:
        raise ClaimRefused("scope")
    scopes = tuple(scope for scope in text.split(" ") if scope.startswith(SCOPE_PREFIX))
    if not SCOPES.keys() >= set(scopes):
        raise ClaimRefused("scope")
    return scopes


def _machine(claims: Mapping[str, Any]) -> str:
    """The machine's client; raises ClaimRefused when the token names a person as well."""
    client = claims.get("client_id")
    if not isinstance(client, str) or not _SUBJECT.fullmatch(client):
        raise ClaimRefused("client_id")
    for claim in ("roles", "amr", "acr"):
        if claim in claims:
            raise ClaimRefused(claim)
    return client


def has_two_factors(amr: Sequence[str]) -> bool:
    """Whether the authentication methods (RFC 8176) say `mfa`, or name factors of two different kinds."""
    methods = frozenset(amr)
    kinds = sum(bool(methods & kind) for kind in (_KNOWLEDGE, _POSSESSION, _INHERENCE))
    return "mfa" in methods or kinds > 1


def person_claims(
    *,
    subject: str,
    agency: str,
    roles: Sequence[str],
    amr: Sequence[str],
    issuer: str,
    audience: str,
    now: datetime,
    lifetime_seconds: float,
) -> dict[str, Any]:
    """The claims an issuer writes so that `read_caller` reads the same person."""
    registered = _registered(subject, issuer, audience, now, lifetime_seconds)
    return registered | {"agency": agency, "roles": list(roles), "amr": list(amr)}


def machine_claims(
    *,
    client_id: str,
    agency: str,
    scopes: Sequence[str],
    issuer: str,
    audience: str,
    now: datetime,
    lifetime_seconds: float,
) -> dict[str, Any]:
    """The claims an issuer writes for a machine that proved itself with its own credential (RFC 9068, 2.2)."""
    registered = _registered(client_id, issuer, audience, now, lifetime_seconds)
    return registered | {"client_id": client_id, "agency": agency, "scope": " ".join(scopes)}


def _registered(subject: str, issuer: str, audience: str, now: datetime, lifetime_seconds: float) -> dict[str, Any]:
    """The claims of RFC 7519 that every token has."""
    at = int(now.timestamp())
    return {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": at,
        "nbf": at,
        "exp": at + int(lifetime_seconds),
    }


def _texts(claims: Mapping[str, Any], name: str, most: int) -> tuple[str, ...]:
    value = claims.get(name)
    if not isinstance(value, list) or len(value) > most or not all(isinstance(text, str) for text in value):
        raise ClaimRefused(name)
    return tuple(value)
