"""An identity provider, a gate and its surroundings for tests, all in memory but for one key file."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from prometheus_client import CollectorRegistry

from rasid.identity.casework import Casework
from rasid.identity.claims import machine_claims, person_claims
from rasid.identity.gate import AuditGate
from rasid.identity.key_file import KeyFile
from rasid.identity.policy_files import load_policy
from rasid.identity.problem import install
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.purpose import CaseTable
from rasid.identity.rates import Rates
from rasid.identity.sealing import Sealer, public_half
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher
from rasid.testing.builders import case_state
from rasid.testing.clock import ManualClock, SequenceIds
from rasid.testing.publishing import RecordingPublisher

ISSUER = "rasid"
AUDIENCE = "rasid"
PSEUDONYM_KEY = "5a" * 32
SEAL_PRIVATE = "a5" * 32
OFFICER = "officer-1"
RECORDER = "recorder-7"
MFA = ("pwd", "otp", "mfa")
POLICY = load_policy()


def make_key(kind: str = "Ed25519", kid: str = "key-1") -> Key:
    """A private key: `Ed25519`, `P-256` or `RSA`."""
    if kind == "RSA":
        return RSAKey.generate_key(2048, {"kid": kid})
    if kind == "P-256":
        return ECKey.generate_key("P-256", {"kid": kid})
    return OKPKey.generate_key("Ed25519", {"kid": kid})


def encode(header: dict[str, Any], payload: bytes, key: Key, alg: str | None = None) -> str:
    """Sign anything at all as a compact token (RFC 7515), also what no issuer signs; by `alg`, else the header."""
    signed = f"{segment(header)}.{base64url(payload)}"
    signature = JWSRegistry.algorithms[alg or header["alg"]].sign(signed.encode(), key)
    return f"{signed}.{base64url(signature)}"


def encode_hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """Sign with a shared secret (HS256), as whoever confuses a public key with one would."""
    signed = f"{segment(header)}.{segment(claims)}"
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def segment(value: object) -> str:
    """One part of a compact token from JSON."""
    return base64url(json.dumps(value).encode())


def base64url(data: bytes) -> str:
    """Base64url without padding, as tokens use it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Issues tokens under keys whose public halves are in `key_set`, a file in `folder`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.key_set = folder / "tokens.jwks.json"
        self.clock = clock
        self.keys: dict[str, Key] = {}
        self.add_key("Ed25519", "key-1")

    def add_key(self, kind: str, kid: str) -> Key:
        """Make a key and publish it."""
        self.keys[kid] = make_key(kind, kid)
        self.publish()
        return self.keys[kid]

    def withdraw_key(self, kid: str) -> None:
        """Publish a set without this key."""
        del self.keys[kid]
        self.publish()

    def publish(self, *more: dict[str, Any]) -> None:
        """Write the public keys, and `more` members as they are."""
        members = [key.as_dict(private=False) for key in self.keys.values()]
        draft = self.key_set.with_suffix(".draft")
        draft.write_text(json.dumps({"keys": [*members, *more]}), encoding="utf-8")
        draft.replace(self.key_set)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Valid claims of a police investigator; `changes` replace them, None removes one."""
        claims = person_claims(
            subject=OFFICER,
            agency="police",
            roles=("investigator",),
            amr=MFA,
            issuer=ISSUER,
            audience=AUDIENCE,
            now=self.clock.now(),
            lifetime_seconds=3600,
        )
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(self, *, header: dict[str, Any] | None = None, kid: str = "key-1", **changes: Any) -> str:
        """A token with `changes` in its claims and `header` members replaced (None removes one)."""
        whole = {"alg": "Ed25519", "kid": kid, "typ": "at+jwt"} | (header or {})
        kept = {name: value for name, value in whole.items() if value is not None}
        return encode(kept, json.dumps(self.claims(**changes)).encode(), self.keys[kid])

    def machine_token(self, *scopes: str, **changes: Any) -> str:
        """A token of a recorder of the police with these scopes; `changes` replace claims, None removes one."""
        claims = machine_claims(
            client_id=RECORDER,
            agency="police",
            scopes=scopes,
            issuer=ISSUER,
            audience=AUDIENCE,
            now=self.clock.now(),
            lifetime_seconds=300,
        )
        kept = {name: value for name, value in (claims | changes).items() if value is not None}
        header = {"alg": "Ed25519", "kid": "key-1", "typ": "at+jwt"}
        return encode(header, json.dumps(kept).encode(), self.keys["key-1"])

    def verifier(self) -> TokenVerifier:
        """What believes these tokens."""
        return TokenVerifier(KeyFile(self.key_set, self.clock), ISSUER, AUDIENCE, self.clock)


class EverAlive(Casework):
    """A casework service that is never silent, however far a test moves the clock."""

    is_silent = False
    faces_pause = False


@dataclass
class GateBench:
    """A gate with everything around it. `case-1` is open, of the police, with `officer-1` assigned."""

    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)
    ids: Ids = field(default_factory=SequenceIds)
    publisher: RecordingPublisher = field(default_factory=RecordingPublisher)
    pseudonyms: Pseudonyms = field(default_factory=lambda: Pseudonyms(PSEUDONYM_KEY))
    metrics: Metrics = field(default_factory=lambda: Metrics(CollectorRegistry()))

    def __post_init__(self) -> None:
        """Make the issuer and open the case."""
        self.cases = CaseTable(EverAlive(self.clock, self.metrics))
        self.issuer = Issuer(self.folder, self.clock)
        self.put_case("case-1")

    def put_case(self, case_id: str, **changes: Any) -> None:
        """Publish a case into the table; `changes` replace fields of its data."""
        event = case_state(case_id, **changes)
        self.cases.apply(event.key, event)

    def gate(self, publisher: Publisher | None = None, rates: Rates | None = None) -> AuditGate:
        """The gate, publishing to `publisher` (by default the recording one)."""
        return AuditGate(
            publisher or self.publisher,
            self.cases,
            self.issuer.verifier(),
            POLICY,
            self.pseudonyms,
            sealer=Sealer(public_half(SEAL_PRIVATE)),
            rates=rates or self.rates(),
            clock=self.clock,
            ids=self.ids,
            service="test",
            metrics=self.metrics,
        )

    def rates(self, *, person_per_minute: int = 100_000, subject_per_hour: int = 100_000) -> Rates:
        """Limits that no test reaches by chance."""
        return Rates(
            self.pseudonyms, self.clock, person_per_minute=person_per_minute, subject_per_hour=subject_per_hour
        )

    def install(self, app: FastAPI, publisher: Publisher | None = None) -> FastAPI:
        """Give an application the gate and the problem answers, as a service's `app.py` does."""
        install(app)
        app.state.gate = self.gate(publisher)
        return app

    def headers(
        self,
        *,
        case: str | None = "case-1",
        purpose: str | None = "stolen-vehicle",
        roles: Sequence[str] = ("investigator",),
        **claims: Any,
    ) -> dict[str, str]:
        """Request headers of a caller with these roles and claims, under a case and a purpose (None leaves one out)."""
        token = self.issuer.token(roles=list(roles), **claims)
        sent = {"Authorization": f"Bearer {token}", "Rasid-Case": case, "Rasid-Purpose": purpose}
        return {name: value for name, value in sent.items() if value is not None}

    def records(self) -> list[Any]:
        """The data of every audit record so far, in order."""
        return [event.data for event in self.publisher.of("audit.recorded")]
