"""The issuer's application: the simplest honest one (OpenID Connect Discovery, RFC 6749, RFC 7636, RFC 9068).

It proves nobody's identity, so it must not be reachable: it takes an address of this machine and no other, answers only
requests that name it, and sends people back to this machine only.
"""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from rasid.errors import ConfigurationError, Forbidden
from rasid.identity.body import read_body
from rasid.identity.discovery import PATH, is_loopback
from rasid.identity.problem import install
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from tools.issuer.asking import Asked, AskedWrongly, check_return, read_asked, read_fields
from tools.issuer.desk import MACHINE_SECONDS, PERSON_SECONDS, Desk
from tools.issuer.page import sign_in_page
from tools.issuer.people import RECORDER
from tools.keys import ALGORITHM

MOST_BYTES = 65_536
NO_STORE = {"Cache-Control": "no-store"}
# Whoever frames the page could lead somebody's click. Its own form must say where it comes from.
PAGE_HEADERS = NO_STORE | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
}

router = APIRouter()


def create_app(address: str, data: Path, clock: Clock, ids: Ids) -> FastAPI:
    """The application; `data` has the keys. Raises ConfigurationError for an address that is not of this machine."""
    if not is_loopback(address):
        raise ConfigurationError("the demo's issuer believes everybody", "leave it on this machine: http://127.0.0.1")
    app = FastAPI(title="Rasid's demo issuer", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = Desk(address, data, clock, ids)
    # A browser would otherwise let a page elsewhere in whose name is made to point here.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    install(app)
    app.add_exception_handler(AskedWrongly, _on_asked_wrongly)
    app.include_router(router)
    return app


@router.get(PATH)
async def describe(request: Request) -> dict[str, Any]:
    """What the issuer can, and where."""
    address = _desk(request).address
    return {
        "issuer": address,
        "authorization_endpoint": f"{address}/authorize",
        "token_endpoint": f"{address}/token",
        "jwks_uri": f"{address}/keys",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "scopes_supported": list(RECORDER.scopes),
        "authorization_response_iss_parameter_supported": True,
    }


@router.get("/keys")
async def key_set(request: Request) -> Response:
    """The public keys whose tokens count."""
    text = await _desk(request).key_set()
    return Response(text, media_type="application/jwk-set+json", headers=NO_STORE)


@router.get("/authorize")
async def ask_who(request: Request) -> Response:
    """The page on which somebody says who they want to be."""
    fields = read_fields(request.url.query)
    back = check_return(fields)
    try:
        read_asked(fields)
    except AskedWrongly as wrong:
        return _back(request, back, fields, _told(wrong))
    return HTMLResponse(sign_in_page(fields), headers=PAGE_HEADERS)


@router.post("/authorize")
async def sign_in(request: Request) -> Response:
    """Send who was chosen back to the client with a code. What was asked is checked again: a browser had it."""
    desk, fields = _desk(request), await _form(request)
    back = check_return(fields)
    if request.headers.get("Origin", desk.address) != desk.address:
        raise Forbidden("origin-refused", "Sign in on the page of the demo's issuer itself.")
    try:
        asked: Asked = read_asked(fields)
        return _back(request, back, fields, {"code": desk.sign_in(asked, fields.get("person", ""))})
    except AskedWrongly as wrong:
        return _back(request, back, fields, _told(wrong))


@router.post("/token")
async def give_token(request: Request) -> Response:
    """An access token for a code, or for a machine's own secret."""
    desk, fields = _desk(request), await _form(request)
    match fields.get("grant_type"):
        case "authorization_code":
            return _token(await desk.for_code(fields), PERSON_SECONDS)
        case "client_credentials":
            client_id, secret = _credentials(request, fields)
            return _token(await desk.for_secret(client_id, secret, fields.get("scope")), MACHINE_SECONDS)
    raise AskedWrongly("unsupported_grant_type", "Ask with authorization_code or client_credentials.")


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _form(request: Request) -> Mapping[str, str]:
    body, _ = await read_body(request, MOST_BYTES)
    return read_fields(body.decode("utf-8", errors="replace"))


def _back(request: Request, address: str, fields: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    """To the client, with its own `state` and with who answers (RFC 9207)."""
    said = {**answer, "iss": _desk(request).address}
    if "state" in fields:
        said["state"] = fields["state"]
    joined = f"{address}{'&' if '?' in address else '?'}{urlencode(said)}"
    return RedirectResponse(joined, status_code=303, headers=NO_STORE)


def _credentials(request: Request, fields: Mapping[str, str]) -> tuple[str, str]:
    """A machine's name and secret: HTTP Basic with both form-encoded (RFC 6749, 2.3.1), else in the form."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return fields.get("client_id", ""), fields.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _token(text: str, seconds: int) -> Response:
    return JSONResponse({"access_token": text, "token_type": "Bearer", "expires_in": seconds}, headers=NO_STORE)


def _told(wrong: AskedWrongly) -> dict[str, str]:
    return {"error": wrong.error, "error_description": wrong.description}


async def _on_asked_wrongly(_: Request, error: Exception) -> Response:
    assert isinstance(error, AskedWrongly)  # noqa: S101 - how the handler is registered, said to the type checker
    is_client = error.error == "invalid_client"
    headers = NO_STORE | ({"WWW-Authenticate": 'Basic realm="demo"'} if is_client else {})
    return JSONResponse(_told(error), 401 if is_client else 400, headers)
