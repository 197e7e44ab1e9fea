"""Token keys from an OpenID Connect provider: discovery, then its key set, again and again."""

import asyncio
import ssl

import httpx
from joserfc.jwk import Key

from rasid.errors import ConfigurationError, Unavailable
from rasid.identity.discovery import check_issuer, discovery_address, read_discovery
from rasid.identity.held_keys import HeldKeys
from rasid.identity.keyset import MAX_SET_BYTES, KeySet, read_key_set
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger

log = get_logger(__name__)

PART = "token keys"
TICK_SECONDS = 1.0
TIMEOUT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
# After a failure, and when a token names a key that is not known: a rotated key counts after no more than this.
AGAIN_SECONDS = 10.0


class IssuerKeys:
    """The keys that `issuer` publishes, read every `refresh_seconds`, sooner when a token names one we do not know.

    Raises ConfigurationError when the address is neither https nor of this machine. While the provider does not answer
    the last good set stays for `stale_seconds`; `readiness` tells of both.
    """

    def __init__(
        self,
        issuer: str,
        clock: Clock,
        readiness: Readiness,
        *,
        refresh_seconds: float,
        stale_seconds: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        check_issuer(issuer)
        self._issuer = issuer
        self._clock = clock
        self._readiness = readiness
        self._refresh_seconds = refresh_seconds
        self._transport = transport
        self._held = HeldKeys(clock, stale_seconds)
        self._is_wanted = False
        self._is_failing = False
        readiness.not_ready(PART, "have not been read from the identity provider yet")

    @property
    def generation(self) -> int:
        """Grows with every change of the keys."""
        return self._held.generation

    def refresh(self) -> None:
        """Nothing to do when a token comes: `run` keeps the keys fresh."""

    def find(self, kid: object, algorithm: object) -> Key | None:
        """The key named `kid`, when it may verify `algorithm`; raises TemporarilyUnavailable while no key is known."""
        self._held.check_usable()
        key = self._held.find(kid, algorithm)
        if key is None:
            self._is_wanted = True
        return key

    async def run(self) -> None:
        """Read the keys until cancelled."""
        async with self._client() as client:
            while True:
                await self._read(client)
                await self._wait()

    async def _wait(self) -> None:
        """Until they are to be read again. Strangers who name keys that do not exist make it no more often."""
        read = self._clock.monotonic()
        while True:
            await self._clock.sleep(TICK_SECONDS)
            self._tell()
            is_soon = self._is_wanted or self._is_failing
            due = min(AGAIN_SECONDS, self._refresh_seconds) if is_soon else self._refresh_seconds
            if self._clock.monotonic() - read >= due:
                return

    async def _read(self, client: httpx.AsyncClient) -> None:
        self._is_wanted = False
        try:
            self._held.take(await self._fetch(client))
        except (Unavailable, ConfigurationError) as error:
            self._held.fail()
            if not self._is_failing:
                log.error("the identity provider's keys cannot be read; the last good ones stay", why=str(error))  # noqa: TRY400 - the reason says it all
            self._is_failing = True
        else:
            self._is_failing = False
        self._tell()

    def _tell(self) -> None:
        if not self._held.are_usable:
            self._readiness.not_ready(PART, "cannot be read from the identity provider: no token can be checked")
        elif self._is_failing:
            self._readiness.degrade(PART, "cannot be read from the identity provider; the last good ones still count")
        else:
            self._readiness.ready(PART)

    async def _fetch(self, client: httpx.AsyncClient) -> KeySet:
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                described = await _get(client, discovery_address(self._issuer))
                address = read_discovery(described, self._issuer)
                return read_key_set(await _get(client, address), f"at {address}")
        except TimeoutError:
            raise Unavailable("the identity provider", f"no whole answer in {WHOLE_SECONDS:g} s") from None

    def _client(self) -> httpx.AsyncClient:
        # OpenSSL's own defaults: a city's own authority is added with SSL_CERT_FILE. Nothing else of the environment.
        return httpx.AsyncClient(
            verify=ssl.create_default_context(),
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=False,
            transport=self._transport,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )


async def _get(client: httpx.AsyncClient, address: str) -> bytes:
    """What stands at an address, within a size and a time; raises Unavailable."""
    try:
        async with client.stream("GET", address) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Unavailable("the identity provider", f"{address} answers {answer.status_code}")
            return await _bounded(answer, address)
    except httpx.HTTPError as error:
        raise Unavailable("the identity provider", f"{address}: {type(error).__name__}") from None


async def _bounded(answer: httpx.Response, address: str) -> bytes:
    if "Content-Encoding" in answer.headers:
        # It was told that none is wanted: a few bytes that unfold to gigabytes would pass any count of what came.
        raise Unavailable("the identity provider", f"{address} answers in a coding that was not asked for")
    text = b""
    async for piece in answer.aiter_bytes():
        text += piece
        if len(text) > MAX_SET_BYTES:
            raise Unavailable("the identity provider", f"{address} answers with more than {MAX_SET_BYTES} bytes")
    return text
