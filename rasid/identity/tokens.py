"""Verifying access tokens: signed JSON Web Tokens (RFC 7519, RFC 9068) of one issuer, under pinned keys only."""

import re
from collections import OrderedDict
from datetime import timedelta
from hashlib import sha256

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import GuestProtocol, Key
from joserfc.jws import JWSRegistry
from joserfc.registry import HeaderParameter, HeaderRegistryDict

from rasid.errors import TemporarilyUnavailable, Unauthenticated
from rasid.identity.claims import Caller, ClaimRefused, read_caller
from rasid.identity.held_keys import KeySource
from rasid.identity.keyset import ALGORITHMS
from rasid.runtime.clock import Clock

MAX_TOKEN_BYTES = 8192
LEEWAY = timedelta(seconds=30)
CACHE_SECONDS = 30.0
CACHE_TOKENS = 4096
CHALLENGE = {"WWW-Authenticate": "Bearer"}
# Other kinds of token (logout, proof of possession ...) are signed by the same keys and must not pass for this one.
TOKEN_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# Nothing that brings a key, a key's address or a change of the rules (`crit`, `b64`) may stand in a header.
HEADERS: HeaderRegistryDict = {
    "alg": HeaderParameter("Algorithm", "str", required=True),
    "kid": HeaderParameter("Key ID", "str", required=True),
    "typ": HeaderParameter("Type", "str"),
}
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class TokenRefused(Unauthenticated):
    """A token that is not believed. The caller learns no more than that; `cause` is for a metric (bounded)."""

    def __init__(self, cause: str) -> None:
        super().__init__("token-refused", "Sign in again and send the new access token.", headers=CHALLENGE)
        self.cause = cause


class TokenVerifier:
    """Believes tokens of `issuer` for `audience`, signed by one of `keys`. There is no unsigned mode.

    A token that was believed is believed again for at most 30 s, and never beyond its `exp` or a change of the keys.
    `mfa_acr` are the values of `acr` by which this issuer says that more than one factor was proved.
    """

    def __init__(
        self,
        keys: KeySource,
        issuer: str,
        audience: str,
        clock: Clock,
        *,
        mfa_acr: frozenset[str] = frozenset(),
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._mfa_acr = mfa_acr
        self._registry = _Registry()
        self._claims = jwt.JWTClaimsRegistry(
            now=self._now,
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            nbf={"essential": True},
            iat={"essential": True},
        )
        self._believed: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self._generation = self._keys.generation

    async def run(self) -> None:
        """Keep the keys fresh until cancelled."""
        await self._keys.run()

    def verify(self, text: str, *, machine: bool = False) -> Caller:
        """The person, or with `machine` the machine, that a compact token names.

        Raises TokenRefused, whatever is wrong with it, also when it is one of the other kind; and
        TemporarilyUnavailable while no key is known to check it with.
        """
        if len(text) > MAX_TOKEN_BYTES:
            raise TokenRefused("oversized")
        if not _COMPACT.fullmatch(text):
            raise TokenRefused("malformed")
        self._keys.refresh()
        digest = sha256(text.encode("ascii")).digest()
        caller = self._known(digest)
        if caller is None:
            caller = self._check(text)
            self._keep(digest, caller)
        if caller.is_machine != machine:
            raise TokenRefused("machine" if caller.is_machine else "person")
        return caller

    def _check(self, text: str) -> Caller:
        try:
            token = jwt.decode(text, self._key, registry=self._registry)
            _check_type(token.header.get("typ", "jwt"))
            self._claims.validate(token.claims)
            return read_caller(token.claims, mfa_acr=self._mfa_acr)
        except TemporarilyUnavailable:
            raise
        except JoseError as error:
            raise TokenRefused(error.error) from None
        except ClaimRefused as error:
            raise TokenRefused(f"claim_{error}") from None
        except Exception:  # noqa: BLE001 - hostile text may fail anywhere (nesting, numbers, text): all of it is refusal
            raise TokenRefused("malformed") from None

    def _key(self, signature: GuestProtocol) -> Key:
        header = signature.headers()
        key = self._keys.find(header.get("kid"), header.get("alg"))
        if key is None:
            raise UnsupportedAlgorithmError("no pinned key of this name for this algorithm")
        return key

    def _known(self, digest: bytes) -> Caller | None:
        if self._generation != self._keys.generation:
            self._generation = self._keys.generation
            self._believed.clear()
        caller, until = self._believed.get(digest, (None, 0.0))
        if caller is None:
            return None
        if self._clock.monotonic() < until and self._clock.now() < caller.expires_at + LEEWAY:
            return caller
        del self._believed[digest]
        return None

    def _keep(self, digest: bytes, caller: Caller) -> None:
        self._believed[digest] = (caller, self._clock.monotonic() + CACHE_SECONDS)
        if len(self._believed) > CACHE_TOKENS:
            self._believed.popitem(last=False)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


class _Registry(JWSRegistry):
    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS)
        self.header_registry = HEADERS

    def get_alg(self, name: str) -> JWSAlgModel:
        """As the base class, without its warning at every use that `EdDSA` has a newer name."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("not on the allow list")
        return self.algorithms[name]


def _check_type(kind: str) -> None:
    if kind.lower() not in TOKEN_TYPES:
        raise ValueError("typ")
