"""Signing in at the demo's issuer as a program does: the authorization code flow with PKCE, without a browser."""

import secrets
from urllib.parse import parse_qsl, urlsplit

import httpx

from rasid.errors import RasidError, Unavailable
from rasid.identity.discovery import discovery_address
from tools.demo.connecting import http_client
from tools.issuer.asking import CLIENT
from tools.issuer.codes import challenge_of

# Nobody listens there: the answer is read from where it would send a browser.
RETURN = "http://127.0.0.1/signed-in"
TIMEOUT_SECONDS = 10.0


class NotSignedIn(RasidError):
    """The issuer gave no token; says why."""


async def sign_in(issuer: str, name: str, *, transport: httpx.AsyncBaseTransport | None = None) -> str:
    """An access token for `name`, one of the demo's people. Raises NotSignedIn, and Unavailable without an issuer."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    asked = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": RETURN,
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    try:
        async with http_client(timeout=TIMEOUT_SECONDS, transport=transport) as client:
            described = (await client.get(discovery_address(issuer))).raise_for_status().json()
            answer = await client.post(described["authorization_endpoint"], data=asked | {"person": name})
            code = _code(answer, issuer, state)
            redeemed = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
            form = redeemed | {"client_id": CLIENT, "redirect_uri": RETURN}
            given = (await client.post(described["token_endpoint"], data=form)).raise_for_status().json()
    except httpx.HTTPError as error:
        raise Unavailable("the demo's issuer", type(error).__name__) from None
    return str(given["access_token"])


def _code(answer: httpx.Response, issuer: str, state: str) -> str:
    """The code in an answer that is this issuer's to this very request."""
    query = urlsplit(str(answer.headers.get("Location", ""))).query
    said: dict[str, str] = dict(parse_qsl(query))
    if (said.get("iss"), said.get("state")) != (issuer, state):
        raise NotSignedIn(f"the issuer answers {answer.status_code} and nothing that belongs to this request")
    if "code" not in said:
        raise NotSignedIn(said.get("error_description", "the issuer gives no code"))
    return said["code"]
