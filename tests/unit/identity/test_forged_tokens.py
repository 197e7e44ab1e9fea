"""Tokens that are forged, stale, confused or oversized: all refused, and the caller learns nothing about why."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from rasid.identity.tokens import MAX_TOKEN_BYTES, TokenRefused, TokenVerifier
from rasid.testing.clock import ManualClock
from rasid.testing.identity import Issuer, base64url, encode, encode_hmac, make_key, segment

PS256 = {"alg": "PS256"}
ES256 = {"alg": "ES256"}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    issuer = Issuer(tmp_path_factory.mktemp("keys"), ManualClock())
    issuer.add_key("P-256", "ec")
    issuer.add_key("RSA", "rsa")
    return issuer


@pytest.fixture(scope="module")
def verifier(issuer: Issuer) -> TokenVerifier:
    return issuer.verifier()


def parts(issuer: Issuer, **changes: Any) -> list[str]:
    return issuer.token(**changes).split(".")


def signed(issuer: Issuer, header: dict[str, Any], payload: object = None, key: Any = None) -> str:
    body = payload if isinstance(payload, bytes) else json.dumps(payload or issuer.claims()).encode()
    return encode({"alg": "Ed25519", "kid": "key-1", "typ": "at+jwt"} | header, body, key or issuer.keys["key-1"])


def unsigned(issuer: Issuer, header: dict[str, Any], signature: str = "") -> str:
    return f"{segment(header)}.{segment(issuer.claims())}.{signature}"


def public_pem(issuer: Issuer, kid: str) -> bytes:
    return issuer.keys[kid].as_pem(private=False)


def public_text(issuer: Issuer, kid: str) -> bytes:
    return json.dumps(issuer.keys[kid].as_dict(private=False)).encode()


def flipped(issuer: Issuer, part: int) -> str:
    pieces = parts(issuer)
    raw = bytearray(base64.urlsafe_b64decode(pieces[part] + "=" * (-len(pieces[part]) % 4)))
    raw[len(raw) // 2] ^= 1
    pieces[part] = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    return ".".join(pieces)


def now(issuer: Issuer) -> int:
    return int(issuer.clock.now().timestamp())


def other_claims(issuer: Issuer) -> str:
    head, _, signature = parts(issuer)
    return f"{head}.{segment(issuer.claims(sub='chief'))}.{signature}"


def stranger(kind: str, kid: str, alg: str) -> Callable[[Issuer], str]:
    return lambda i: signed(i, {"kid": kid, "alg": alg}, key=make_key(kind, kid))


SIGNATURES: dict[str, Callable[[Issuer], str]] = {
    "unsigned, alg none": lambda i: unsigned(i, {"alg": "none", "kid": "key-1"}),
    "unsigned, alg None": lambda i: unsigned(i, {"alg": "None", "kid": "key-1"}, "AAAA"),
    "alg none with a signature": lambda i: unsigned(i, {"alg": "none", "kid": "key-1"}, parts(i)[2]),
    "signature cut off": lambda i: ".".join(parts(i)[:2]) + ".",
    "signature of zeros": lambda i: ".".join(parts(i)[:2]) + "." + "A" * 86,
    "ECDSA signature of zeros": lambda i: ".".join(parts(i, kid="ec", header=ES256)[:2]) + "." + "A" * 86,
    "signature of another token": lambda i: ".".join([*parts(i, sub="chief")[:2], parts(i)[2]]),
    "claims replaced": other_claims,
    "one bit of the header": lambda i: flipped(i, 0),
    "one bit of the claims": lambda i: flipped(i, 1),
    "one bit of the signature": lambda i: flipped(i, 2),
    "another Ed25519 key under our kid": stranger("Ed25519", "key-1", "Ed25519"),
    "another P-256 key under our kid": stranger("P-256", "ec", "ES256"),
    "another RSA key under our kid": stranger("RSA", "rsa", "PS256"),
    "an unknown kid": stranger("Ed25519", "key-9", "Ed25519"),
    "HS256 with the public JWK as secret": lambda i: encode_hmac(
        {"alg": "HS256", "kid": "key-1"}, i.claims(), public_text(i, "key-1")
    ),
    "HS256 with the public PEM as secret": lambda i: encode_hmac(
        {"alg": "HS256", "kid": "rsa"}, i.claims(), public_pem(i, "rsa")
    ),
    "HS256 with an empty secret": lambda i: encode_hmac({"alg": "HS256", "kid": "key-1"}, i.claims(), b""),
    "RS256 with the right key": lambda i: i.token(kid="rsa", header={"alg": "RS256"}),
    "PS512 with the right key": lambda i: i.token(kid="rsa", header={"alg": "PS512"}),
    "a key of another kind: ES256 names an Ed25519 key": lambda i: signed(
        i, {"alg": "ES256", "kid": "key-1"}, key=i.keys["ec"]
    ),
    "a key of another kind: PS256 names a P-256 key": lambda i: signed(
        i, {"alg": "PS256", "kid": "ec"}, key=i.keys["rsa"]
    ),
    "algorithm in another case": lambda i: ".".join([segment({"alg": "ed25519", "kid": "key-1"}), *parts(i)[1:]]),
    "algorithm that is no text": lambda i: ".".join([segment({"alg": ["Ed25519"], "kid": "key-1"}), *parts(i)[1:]]),
    "no algorithm": lambda i: ".".join([segment({"kid": "key-1"}), *parts(i)[1:]]),
}

# Each signed by the pinned key: nothing but the header is wrong.
HEADERS: dict[str, dict[str, Any]] = {
    "an empty kid": {"kid": ""},
    "a kid that is a number": {"kid": 1},
    "a kid that is a path": {"kid": "../../dev/null"},
    "a kid that is null": {"kid": None},
    "a key (jwk)": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}},
    "a key address (jku)": {"jku": "https://attacker.example/keys"},
    "a certificate address (x5u)": {"x5u": "https://attacker.example/cert"},
    "a certificate chain (x5c)": {"x5c": ["MIIB"]},
    "a certificate thumbprint (x5t)": {"x5t": "AAAA"},
    "a critical extension (crit)": {"crit": ["exp"], "exp": 1},
    "a critical extension that is known": {"crit": ["typ"]},
    "critical that is no list": {"crit": 5},
    "an unencoded payload (b64)": {"b64": False, "crit": ["b64"]},
    "b64 alone": {"b64": True},
    "an encryption (enc)": {"enc": "A256GCM"},
    "a compression (zip)": {"zip": "DEF"},
    "the type of a logout token": {"typ": "logout+jwt"},
    "the type of a proof of possession": {"typ": "dpop+jwt"},
    "a type that is no text": {"typ": 5},
    "a header nobody knows": {"surprise": True},
    "an oversized header": {"surprise": "x" * 600},
}


def embedded(issuer: Issuer) -> str:
    key = make_key("Ed25519", "key-1")
    return signed(issuer, {"jwk": key.as_dict(private=False)}, key=key)


def without_kid(issuer: Issuer) -> str:
    return encode({"alg": "Ed25519", "typ": "at+jwt"}, json.dumps(issuer.claims()).encode(), issuer.keys["key-1"])


CLAIMS: dict[str, dict[str, Any]] = {
    **{f"without {name}": {name: None} for name in ("iss", "aud", "exp", "nbf", "iat", "sub")},
    "another issuer": {"iss": "https://elsewhere.example"},
    "our issuer with a slash": {"iss": "rasid/"},
    "an issuer that is a list": {"iss": ["rasid"]},
    "another audience": {"aud": "another-service"},
    "other audiences": {"aud": ["one", "two"]},
    "an audience that is an object": {"aud": {"rasid": True}},
    "an empty audience": {"aud": []},
    "an expiry that is a text": {"exp": "4102444800"},
    "an expiry that is true": {"exp": True},
    "an expiry that is not finite": {"exp": float("inf")},
    "an expiry that is no number": {"exp": float("nan")},
    "an expiry beyond the calendar": {"exp": 10**18},
    "an expiry of 400 digits": {"exp": 10**400},
    "an empty subject": {"sub": ""},
    "a subject of control characters": {"sub": "officer-1\n"},
    "a subject that is a number": {"sub": 7},
    "a subject of 256 characters": {"sub": "a" * 256},
    "without agency": {"agency": None},
    "an agency that is a list": {"agency": ["police", "traffic"]},
    "an agency in capitals": {"agency": "POLICE"},
    "without roles": {"roles": None},
    "no roles": {"roles": []},
    "roles as one text": {"roles": "investigator"},
    "roles that are objects": {"roles": [{"name": "investigator"}]},
    "too many roles": {"roles": ["investigator"] * 17},
    "without amr": {"amr": None},
    "a password only": {"amr": ["pwd"]},
    "a password and a PIN: one kind of factor": {"amr": ["pwd", "pin"]},
    "two codes: one kind of factor": {"amr": ["otp", "sms"]},
    "MFA as one text": {"amr": "mfa"},
    "methods nobody knows": {"amr": ["magic", "trust-me"]},
}


def stale(seconds: int) -> dict[str, Any]:
    at = int((ManualClock().now() - timedelta(seconds=seconds)).timestamp())
    return {"iat": at, "nbf": at, "exp": at + 3600}


CLAIMS |= {
    "expired yesterday": stale(86_400),
    "expired just beyond the leeway": stale(3_630),
    "valid tomorrow": stale(-86_400),
}


def oversized(issuer: Issuer) -> str:
    token = issuer.token(padding="x" * 6_000)
    assert len(token) > MAX_TOKEN_BYTES
    return token


SHAPES: dict[str, Callable[[Issuer], str]] = {
    "nothing": lambda _: "",
    "a stranger's key in its own header": embedded,
    "no kid": without_kid,
    "a header that is a list": lambda i: ".".join([segment(["Ed25519"]), *parts(i)[1:]]),
    "a header that is no JSON": lambda i: ".".join(["AAAA", *parts(i)[1:]]),
    "a header nested deep": lambda i: ".".join([base64url(b"[" * 380), *parts(i)[1:]]),
    "no token": lambda _: "letmein",
    "two parts": lambda i: ".".join(parts(i)[:2]),
    "four parts": lambda i: i.token() + ".AAAA",
    "five parts, as an encrypted token": lambda i: i.token() + ".AAAA.AAAA",
    "a JSON serialization": lambda i: json.dumps(
        dict(zip(("protected", "payload", "signature"), parts(i), strict=True))
    ),
    "a detached payload": lambda i: f"{parts(i)[0]}..{parts(i)[2]}",
    "surrounded by spaces": lambda i: f" {i.token()} ",
    "a line break at its end": lambda i: i.token() + "\n",
    "padded base64": lambda i: i.token() + "=",
    "letters beyond ASCII": lambda i: i.token() + "é",
    "two tokens": lambda i: f"{i.token()},{i.token()}",
    "just oversized, well signed": oversized,
    "a megabyte": lambda _: "a." * 500_000,
    "claims that are a list": lambda i: signed(i, {}, b"[1, 2]"),
    "claims that are no JSON": lambda i: signed(i, {}, b"not json"),
    "claims that are not UTF-8": lambda i: signed(i, {}, b'{"sub": "\xff"}'),
    "claims nested deep": lambda i: signed(i, {}, b"[" * 5_000),
    "a number of 5,000 digits": lambda i: signed(i, {}, b'{"exp": ' + b"9" * 5_000 + b"}"),
    "no claims": lambda i: signed(i, {}, b"{}"),
}


def with_header(changes: dict[str, Any]) -> Callable[[Issuer], str]:
    return lambda issuer: signed(issuer, changes)


def with_claims(changes: dict[str, Any]) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(**changes)


CASES = [
    *(pytest.param(make, id=name) for name, make in (SIGNATURES | SHAPES).items()),
    *(pytest.param(with_header(changes), id=name) for name, changes in HEADERS.items()),
    *(pytest.param(with_claims(changes), id=name) for name, changes in CLAIMS.items()),
]


@pytest.mark.parametrize("make", CASES)
def test_a_token_nobody_honest_sends_is_refused_without_a_reason(
    make: Callable[[Issuer], str], issuer: Issuer, verifier: TokenVerifier
):
    with pytest.raises(TokenRefused) as refusal:
        verifier.verify(make(issuer))
    told = refusal.value
    assert told.slug == "token-refused"
    assert told.detail == "Sign in again and send the new access token."
    assert told.headers == {"WWW-Authenticate": "Bearer"}
    assert told.extra == {}
    assert told.__cause__ is None


def test_there_are_at_least_forty_of_them_and_the_honest_one_is_believed(issuer: Issuer, verifier: TokenVerifier):
    assert len(CASES) >= 40
    assert verifier.verify(issuer.token()).subject == "officer-1"
    assert verifier.verify(issuer.token(kid="ec", header=ES256)).subject == "officer-1"
    assert verifier.verify(issuer.token(kid="rsa", header=PS256)).subject == "officer-1"


def test_what_was_refused_is_refused_again_after_a_good_one(issuer: Issuer, verifier: TokenVerifier):
    verifier.verify(issuer.token())
    for make in (other_claims, embedded):
        with pytest.raises(TokenRefused):
            verifier.verify(make(issuer))


def test_the_keys_are_of_the_kinds_the_forgeries_assume(issuer: Issuer):
    assert [type(issuer.keys[kid]) for kid in ("key-1", "ec", "rsa")] == [OKPKey, ECKey, RSAKey]
    assert Path(issuer.key_set).exists()
