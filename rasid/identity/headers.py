"""Reading the three headers the gate stands on. Strict, so that no proxy and no server reads them differently."""

from starlette.datastructures import Headers

from rasid.contract.fields import is_identifier
from rasid.errors import BadRequest, Unauthenticated
from rasid.identity.tokens import CHALLENGE

CASE = "Rasid-Case"
PURPOSE = "Rasid-Purpose"


def single(headers: Headers, name: str) -> str | None:
    """The one value of a header, None when it is absent; raises BadRequest when it occurs more than once."""
    values = headers.getlist(name)
    if len(values) > 1:
        raise BadRequest("header-twice", f"The header {name} occurs {len(values)} times; send it once.")
    return values[0] if values else None


def bearer_token(headers: Headers) -> str:
    """The access token of `Authorization: Bearer` (RFC 6750, 2.1; the only place a token is taken from)."""
    scheme, _, token = (single(headers, "Authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "token-missing",
            "Send an access token in the header Authorization: Bearer <token>. A token in the address is not read.",
            headers=CHALLENGE,
        )
    return token


def identifier(headers: Headers, name: str) -> str | None:
    """The identifier a header names, None when it is absent; raises BadRequest for anything but one identifier."""
    value = single(headers, name)
    if value is not None and not is_identifier(value):
        raise BadRequest(
            "header-malformed",
            f"The header {name} takes one identifier: lower-case letters, digits, '.', '_' and '-', 1 to 64 of them.",
        )
    return value
