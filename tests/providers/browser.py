"""Signing in at Keycloak as a person's browser does: its pages, its cookies, and the code with PKCE."""

import hashlib
import hmac
import html
import re
import secrets
import struct
import time
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.providers.realm import CONSOLE, REDIRECT, Person
from tools.issuer.codes import challenge_of

_ACTION = re.compile(r'<form[^>]+action="([^"]+)"')
PERIOD_SECONDS = 30


async def sign_in(issuer: str, person: Person) -> str:
    """The access token that the person gets, with their password and the code that their second factor shows."""
    verifier = secrets.token_urlsafe(48)
    asked = {
        "client_id": CONSOLE,
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": REDIRECT,
        "state": secrets.token_urlsafe(8),
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    async with httpx.AsyncClient(timeout=30) as client:
        page = await client.get(f"{issuer}/protocol/openid-connect/auth", params=asked)
        page = await _send(client, page, username=person.name, password=person.password)
        if person.has_otp:
            page = await _send(client, page, otp=totp(person.otp_secret))
        assert page.status_code == httpx.codes.FOUND, page.text
        (code,) = parse_qs(urlsplit(page.headers["Location"]).query)["code"]
        given = {"code": code, "code_verifier": verifier, "client_id": CONSOLE, "redirect_uri": REDIRECT}
        answer = await client.post(
            f"{issuer}/protocol/openid-connect/token", data={"grant_type": "authorization_code", **given}
        )
    assert answer.is_success, answer.text
    return str(answer.json()["access_token"])


def totp(secret: str) -> str:
    """The code of this half minute. Source: RFC 6238."""
    counter = struct.pack(">Q", int(time.time()) // PERIOD_SECONDS)
    digest = hmac.new(secret.encode(), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


async def _send(client: httpx.AsyncClient, page: httpx.Response, **fields: str) -> httpx.Response:
    """Fill in the form of a page. Browsers send a cookie for secure connections also to their own machine."""
    assert page.status_code == httpx.codes.OK, page.text
    found = _ACTION.search(page.text)
    assert found, page.text
    for cookie in client.cookies.jar:
        cookie.secure = False
    return await client.post(html.unescape(found.group(1)), data=fields)
