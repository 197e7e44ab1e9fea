"""A realm as docs/operations.md says it must be, made through Keycloak's own administration."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.providers.keycloak import ADMINISTRATOR

REALM = "rasid"
CONSOLE = "rasid-console"
RECORDER = "recorder"
REDIRECT = "http://127.0.0.1/signed-in"
SCOPE = "rasid:clips.deliver"
AUDIENCE = "rasid"
# What of the browser's flow proves what, in the words of RFC 8176.
FACTORS = {"auth-username-password-form": "pwd", "auth-otp-form": "otp"}

# Keycloak's own, but that a code counts twice: a test signs in more often than once in half a minute.
OTP_POLICY = {
    "otpPolicyType": "totp",
    "otpPolicyAlgorithm": "HmacSHA1",
    "otpPolicyInitialCounter": 0,
    "otpPolicyDigits": 6,
    "otpPolicyLookAheadWindow": 1,
    "otpPolicyPeriod": 30,
    "otpPolicyCodeReusable": True,
}


@dataclass(frozen=True)
class Person:
    """Somebody with a password, and mostly a second factor."""

    name: str
    role: str
    agency: str = "police"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    otp_secret: str = field(default_factory=lambda: secrets.token_hex(10))
    has_otp: bool = True


class Realm:
    """Keycloak's administrator at work on one realm."""

    def __init__(self, address: str, password: str) -> None:
        self.issuer = f"{address}/realms/{REALM}"
        self.recorder_secret = secrets.token_urlsafe(24)
        self._address = address
        self._password = password

    async def make(self, people: tuple[Person, ...]) -> None:
        """Make the realm with everything in it."""
        async with httpx.AsyncClient(timeout=30) as client:
            await self._sign_in(client)
            roles = [{"name": role} for role in sorted({person.role for person in people})]
            realm = {
                "realm": REALM,
                "enabled": True,
                "sslRequired": "none",
                "defaultSignatureAlgorithm": "ES256",
                "accessTokenLifespan": 300,
                **OTP_POLICY,
                "roles": {"realm": roles},
            }
            await self._ask(client, "POST", "/admin/realms", realm)
            await self._add_key(client, priority=100)
            await self._open_agency(client)
            await self._ask(client, "POST", self._path("client-scopes"), {"name": SCOPE, "protocol": "openid-connect"})
            await self._ask(client, "POST", self._path("clients"), console())
            await self._ask(client, "POST", self._path("clients"), recorder(self.recorder_secret))
            await self._name_factors(client)
            for person in people:
                await self._add(client, person)

    async def rotate(self) -> None:
        """Sign with another key from now on; the former one stays published."""
        async with httpx.AsyncClient(timeout=30) as client:
            await self._sign_in(client)
            await self._add_key(client, priority=200)

    async def machine_token(self) -> str:
        """What the recorder gets with its own credential."""
        asked = {"grant_type": "client_credentials", "client_id": RECORDER, "client_secret": self.recorder_secret}
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(f"{self.issuer}/protocol/openid-connect/token", data={**asked, "scope": SCOPE})
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    async def _add_key(self, client: httpx.AsyncClient, *, priority: int) -> None:
        """By itself it makes one when it first signs with it: until then services know of no key they could use."""
        key = {
            "name": f"ecdsa-{secrets.token_hex(3)}",
            "providerId": "ecdsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "config": {"priority": [str(priority)], "ecdsaEllipticCurveKey": ["P-256"]},
        }
        await self._ask(client, "POST", self._path("components"), key)

    async def _open_agency(self, client: httpx.AsyncClient) -> None:
        """An attribute that the administrator alone writes: who writes their own agency chooses it."""
        profile = (await self._ask(client, "GET", self._path("users/profile"))).json()
        administrator = {"view": ["admin"], "edit": ["admin"]}
        profile["attributes"].append({"name": "agency", "permissions": administrator})
        await self._ask(client, "PUT", self._path("users/profile"), profile)

    async def _name_factors(self, client: httpx.AsyncClient) -> None:
        flow = self._path("authentication/flows/browser/executions")
        for execution in (await self._ask(client, "GET", flow)).json():
            factor = FACTORS.get(execution.get("providerId", ""))
            if factor:
                config = {"default.reference.value": factor, "default.reference.maxAge": "3600"}
                path = self._path(f"authentication/executions/{execution['id']}/config")
                await self._ask(client, "POST", path, {"alias": f"reference-{factor}", "config": config})

    async def _add(self, client: httpx.AsyncClient, person: Person) -> None:
        otp = {
            "type": "otp",
            "secretData": json.dumps({"value": person.otp_secret}),
            "credentialData": json.dumps(
                {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"}
            ),
        }
        password = {"type": "password", "value": person.password, "temporary": False}
        user = {
            "username": person.name,
            "enabled": True,
            "email": f"{person.name}@example.org",
            "emailVerified": True,
            "firstName": person.name,
            "lastName": "Example",
            "attributes": {"agency": [person.agency]},
            "credentials": [password, otp] if person.has_otp else [password],
        }
        made = await self._ask(client, "POST", self._path("users"), user)
        role = (await self._ask(client, "GET", self._path(f"roles/{person.role}"))).json()
        user_id = made.headers["Location"].rpartition("/")[2]
        await self._ask(client, "POST", self._path(f"users/{user_id}/role-mappings/realm"), [role])

    async def _sign_in(self, client: httpx.AsyncClient) -> None:
        asked = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": ADMINISTRATOR,
            "password": self._password,
        }
        answer = await client.post(f"{self._address}/realms/master/protocol/openid-connect/token", data=asked)
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def _ask(self, client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = await client.request(method, f"{self._address}{path}", json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def _path(self, rest: str) -> str:
        return f"/admin/realms/{REALM}/{rest}"


def console() -> dict[str, Any]:
    """The client that people sign in to."""
    return {
        "clientId": CONSOLE,
        "publicClient": True,
        "redirectUris": [REDIRECT],
        "attributes": {"pkce.code.challenge.method": "S256"},
        "defaultClientScopes": ["basic"],
        "optionalClientScopes": [],
        "fullScopeAllowed": True,
        "protocolMappers": [
            _audience(),
            _not_before(),
            _mapper("agency", "oidc-usermodel-attribute-mapper", {"user.attribute": "agency", "claim.name": "agency"}),
            _mapper("roles", "oidc-usermodel-realm-role-mapper", {"multivalued": "true", "claim.name": "roles"}),
            _mapper("amr", "oidc-amr-mapper", {}),
        ],
    }


def recorder(secret: str) -> dict[str, Any]:
    """A machine with a credential of its own."""
    return {
        "clientId": RECORDER,
        "secret": secret,
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "defaultClientScopes": ["basic", "service_account"],
        "optionalClientScopes": [SCOPE],
        "fullScopeAllowed": False,
        "protocolMappers": [
            _audience(),
            _not_before(),
            _mapper("agency", "oidc-hardcoded-claim-mapper", {"claim.name": "agency", "claim.value": "police"}),
        ],
    }


def _audience() -> dict[str, Any]:
    return _mapper("audience", "oidc-audience-mapper", {"included.custom.audience": AUDIENCE})


def _not_before() -> dict[str, Any]:
    """Keycloak leaves `nbf` out; since 1970 says what it means."""
    said = {"claim.name": "nbf", "claim.value": "0", "jsonType.label": "long"}
    return _mapper("nbf", "oidc-hardcoded-claim-mapper", said)


def _mapper(name: str, kind: str, config: Mapping[str, str]) -> dict[str, Any]:
    given = {"jsonType.label": "String", "access.token.claim": "true", **config}
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": given}
