"""What a client asks of `/authorize` and `/token`, read strictly (RFC 6749, RFC 7636). Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from rasid.errors import BadRequest
from rasid.identity.discovery import is_loopback

CLIENT = "rasid"
MOST_FIELDS = 32
LONGEST_VALUE = 2_048
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class AskedWrongly(Exception):
    """An error of RFC 6749 (`invalid_request`, ...), to be told to the client, with a sentence."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to sign somebody in; where the answer goes has been checked."""

    client_id: str
    redirect_uri: str
    state: str | None
    challenge: str


def read_fields(text: str) -> Mapping[str, str]:
    """A query or a form; raises AskedWrongly for a name that comes twice, too many of them, or too long a value."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise AskedWrongly("invalid_request", "The parameters cannot be read.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise AskedWrongly("invalid_request", "A parameter occurs twice.")
    if any(len(value) > LONGEST_VALUE for value in fields.values()):
        raise AskedWrongly("invalid_request", "A parameter is too long.")
    return fields


def check_return(fields: Mapping[str, str]) -> str:
    """Where the answer goes; raises BadRequest, which nobody is sent to, unless that is on this machine."""
    if fields.get("client_id") != CLIENT:
        raise BadRequest("client-unknown", f"The demo's issuer knows one client_id: {CLIENT}.")
    address = fields.get("redirect_uri", "")
    if not is_loopback(address):
        raise BadRequest(
            "redirect-refused", "The demo's issuer sends people back to http addresses of this machine only."
        )
    return address


def read_asked(fields: Mapping[str, str]) -> Asked:
    """The request of a client whose return has been checked; raises AskedWrongly. Without PKCE nothing is given."""
    if fields.get("response_type") != "code":
        raise AskedWrongly("unsupported_response_type", "Ask with response_type=code.")
    if fields.get("code_challenge_method") != "S256":
        raise AskedWrongly("invalid_request", "PKCE is required: send code_challenge with code_challenge_method=S256.")
    challenge = fields.get("code_challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise AskedWrongly("invalid_request", "code_challenge is no SHA-256 in base64url.")
    return Asked(fields["client_id"], fields["redirect_uri"], fields.get("state"), challenge)
