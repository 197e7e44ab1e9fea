"""What a token says about a person, both ways: read after its signature has been checked, written by an issuer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rasid.contract.fields import is_identifier

MAX_ROLES = 16
MAX_METHODS = 16
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
    """A person whose token was verified. `expires_at` is the token's `exp` (aware, UTC)."""

    subject: str
    agency: str
    roles: tuple[str, ...]
    amr: tuple[str, ...]
    expires_at: datetime


def read_caller(claims: Mapping[str, Any]) -> Caller:
    """The person that verified claims name; raises ClaimRefused when one is missing, malformed or without MFA."""
    subject = claims.get("sub")
    agency = claims.get("agency")
    roles = _texts(claims, "roles", MAX_ROLES)
    amr = _texts(claims, "amr", MAX_METHODS)
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise ClaimRefused("sub")
    if not isinstance(agency, str) or not is_identifier(agency):
        raise ClaimRefused("agency")
    if not roles or not all(is_identifier(role) for role in roles):
        raise ClaimRefused("roles")
    if not all(_METHOD.fullmatch(method) for method in amr) or not has_two_factors(amr):
        raise ClaimRefused("amr")
    return Caller(subject, agency, roles, amr, datetime.fromtimestamp(claims["exp"], UTC))


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
    at = int(now.timestamp())
    return {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": at,
        "nbf": at,
        "exp": at + int(lifetime_seconds),
        "agency": agency,
        "roles": list(roles),
        "amr": list(amr),
    }


def _texts(claims: Mapping[str, Any], name: str, most: int) -> tuple[str, ...]:
    value = claims.get(name)
    if not isinstance(value, list) or len(value) > most or not all(isinstance(text, str) for text in value):
        raise ClaimRefused(name)
    return tuple(value)
