"""HTTP Digest, the server's side: what is asked of a camera and whether its answer is right. No IO.

Sources: RFC 7616 (MD5 and SHA-256, `qop=auth`), RFC 2617 and RFC 2069 (the answer without `qop` of older firmware).

Nonces are HMACs over the time they were made at, so that every process accepts what any of them gave out and none
keeps a list. The nonce count is read, as it is part of the answer, but not enforced: that would need state shared by
all processes on the path of every read, to stop a repetition that changes nothing (the same payload is the same event
id). Digest does not cover the body; who can alter requests on the wire is kept out by TLS at the proxy.
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Literal

from msgspec import Struct

Algorithm = Literal["MD5", "SHA-256"]

# MD5 first: firmware that looks at one Digest challenge only looks at the first and often knows nothing else. The
# strength lies in the 160 random bits of the password, not in the hash.
ALGORITHMS: tuple[Algorithm, ...] = ("MD5", "SHA-256")
# Processes' clocks may differ by this much.
AHEAD_SECONDS = 60.0
LONGEST_HEADER = 4096
REQUIRED = ("username", "realm", "nonce", "uri", "response")

_PARAMETER = re.compile(r'[\s,]*([A-Za-z0-9_*-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s",]+))\s*(?=,|$)')
_QUOTED_PAIR = re.compile(r"\\(.)")


class DigestAnswer(Struct, frozen=True):
    """What a camera sent in `Authorization: Digest ...`. `qop` None is RFC 2069's form."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: Algorithm
    qop: str | None
    nonce_count: str
    client_nonce: str

    def is_right(self, ha1: str, method: str) -> bool:
        """Whether the answer was made with the password behind `ha1`; takes as long when it was not."""
        expected = response(self, ha1, method)
        return hmac.compare_digest(expected.encode(), self.response.lower().encode())


class Nonces:
    """Makes nonces and knows its own again: `<milliseconds in hex>-<HMAC>`."""

    def __init__(self, secret: bytes, lifetime_seconds: float) -> None:
        self._secret = secret
        self._lifetime_seconds = lifetime_seconds

    def new(self, now: datetime) -> str:
        """A nonce that says when it was made."""
        stamp = f"{int(now.timestamp() * 1000):012x}"
        return f"{stamp}-{self._seal(stamp)}"

    def is_ours(self, nonce: str) -> bool:
        """Whether a process with our secret made it."""
        stamp, _, seal = nonce.partition("-")
        return hmac.compare_digest(self._seal(stamp).encode(), seal.encode())

    def is_fresh(self, nonce: str, now: datetime) -> bool:
        """Whether a nonce of ours may still be answered."""
        age_seconds = now.timestamp() - int(nonce.partition("-")[0], 16) / 1000
        return -AHEAD_SECONDS <= age_seconds <= self._lifetime_seconds

    def _seal(self, stamp: str) -> str:
        return hmac.digest(self._secret, f"rasid digest nonce {stamp}".encode(), "sha256").hex()[:32]


def challenges(realm: str, nonce: str, *, stale: bool = False) -> tuple[str, ...]:
    """The values of `WWW-Authenticate`, one header each: firmware reads several in one header wrongly."""
    suffix = ", stale=true" if stale else ""
    fields = f'nonce="{nonce}"{suffix}'
    digest = (f'Digest realm="{realm}", qop="auth", algorithm={algorithm}, {fields}' for algorithm in ALGORITHMS)
    return (*digest, f'Basic realm="{realm}", charset="UTF-8"')


def parse(parameters: str) -> DigestAnswer | None:
    """Read what follows `Digest ` in an Authorization header; None when it is not an answer we asked for."""
    found = _parameters(parameters)
    if found is None or not all(found.get(name) for name in REQUIRED):
        return None
    algorithm = _algorithm(found.get("algorithm", "MD5"))
    qop = found.get("qop")
    complete = qop is None or (qop == "auth" and found.get("nc") and found.get("cnonce"))
    if algorithm is None or not complete:
        return None
    return DigestAnswer(
        username=found["username"],
        realm=found["realm"],
        nonce=found["nonce"],
        uri=found["uri"],
        response=found["response"],
        algorithm=algorithm,
        qop=qop,
        nonce_count=found.get("nc", ""),
        client_nonce=found.get("cnonce", ""),
    )


def ha1(algorithm: Algorithm, username: str, realm: str, password: str) -> str:
    """RFC 7616 3.4.2: what stands for the password; whoever has it can answer challenges of this realm."""
    return _hash(algorithm, f"{username}:{realm}:{password}")


def response(answer: DigestAnswer, ha1: str, method: str) -> str:
    """RFC 7616 3.4.1: the only right `response` to this challenge and request."""
    ha2 = _hash(answer.algorithm, f"{method}:{answer.uri}")
    if answer.qop is None:
        return _hash(answer.algorithm, f"{ha1}:{answer.nonce}:{ha2}")
    counted = f"{answer.nonce}:{answer.nonce_count}:{answer.client_nonce}:{answer.qop}"
    return _hash(answer.algorithm, f"{ha1}:{counted}:{ha2}")


def _hash(algorithm: Algorithm, text: str) -> str:
    data = text.encode("utf-8", "surrogateescape")
    if algorithm == "SHA-256":
        return hashlib.sha256(data).hexdigest()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _algorithm(text: str) -> Algorithm | None:
    return next((known for known in ALGORITHMS if known == text.upper()), None)


def _parameters(text: str) -> dict[str, str] | None:
    """`name=value` pairs, names in lower case; None when the text is anything else or says something twice."""
    if len(text) > LONGEST_HEADER:
        return None
    found: dict[str, str] = {}
    position, end = 0, len(text.rstrip(" \t,"))
    while position < end:
        match = _PARAMETER.match(text, position)
        if match is None:
            return None
        name, quoted, plain = match.groups()
        if name.lower() in found:
            return None
        found[name.lower()] = plain if quoted is None else _unquoted(quoted)
        position = match.end()
    return found


def _unquoted(text: str) -> str:
    return _QUOTED_PAIR.sub(r"\1", text) if "\\" in text else text
