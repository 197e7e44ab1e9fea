"""Pulls the events of one ONVIF device: a pull point is made, asked again and again, renewed, and let go.

Each answer goes the way of every post: an empty one is a sign of life. Proven by WS-UsernameToken with the device's own
time, as a device with a wrong clock refuses ours, and by HTTP Digest where it asks for that instead.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

import httpx

from rasid.runtime.ids import Ids
from services.ingest.connections import Broken
from services.ingest.pull import onvif_soap
from services.ingest.pull.camera_http import CONNECT_SECONDS, OK
from services.ingest.pull.onvif_soap import Subscription, Token
from services.ingest.pull.plan import Target
from services.ingest.pull.stream_client import UNAUTHORIZED, Line
from services.ingest.pull.vault import CameraCredential

DEVICE_PATH = "/onvif/device_service"
LIFE_SECONDS = 600
WAIT_SECONDS = 10
MESSAGES = 100
# Between two answers: a device that answers at once instead of waiting is not to be asked all the time.
PAUSE_SECONDS = 0.5
LET_GO_SECONDS = 3.0

Prove = Callable[[], Token]


class OnvifPull:
    """Pulls devices' events; `ids` makes the nonces."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def converse(self, http: httpx.AsyncClient, target: Target, credential: CameraCredential, line: Line) -> None:
        """Take what the device says until it does not answer as it should; always raises Broken."""
        device = _Device(http, target, credential, line)
        async with line.connecting:
            skew = await self._skew(device, line)

            def prove() -> Token:
                return Token(credential, self._ids.secret().encode()[-20:], line.clock.now() + skew)

            path = onvif_soap.events_path(await device.ask(DEVICE_PATH, onvif_soap.get_capabilities(prove())))
            made = await device.ask(path or target.path, onvif_soap.create(prove(), LIFE_SECONDS))
        subscription = onvif_soap.subscription_of(made)
        if subscription is None:
            raise Broken("not_a_stream", "the device made no pull point: does it offer ONVIF events?")
        try:
            await line.connected()
            await _pull(device, subscription, prove, line)
        finally:
            await _let_go(device, subscription, prove)

    async def _skew(self, device: "_Device", line: Line) -> timedelta:
        """How far the device's clock is ahead; nothing when it does not tell."""
        try:
            told = onvif_soap.time_of(await device.ask(DEVICE_PATH, onvif_soap.get_time()))
        except Broken as error:
            if error.reason == "unreachable":
                raise
            told = None
        return timedelta() if told is None else told - line.clock.now()


class _Device:
    """One device, and how it is asked: within a time, and no more than so many bytes."""

    def __init__(self, http: httpx.AsyncClient, target: Target, credential: CameraCredential, line: Line) -> None:
        self._http = http
        self._base = target.base
        self._auth = httpx.DigestAuth(credential.username, credential.password)
        self._limit_bytes = line.limit_bytes

    def url(self, path: str) -> str:
        """The address of a path on this device."""
        return f"{self._base}{path}"

    async def ask(self, path: str, body: bytes, *, within_seconds: float = CONNECT_SECONDS) -> bytes:
        """The device's answer; raises Broken."""
        headers = {"Content-Type": onvif_soap.MEDIA_TYPE}
        try:
            async with asyncio.timeout(within_seconds):
                request = self._http.build_request("POST", self.url(path), content=body, headers=headers)
                response = await self._http.send(request, auth=self._auth, stream=True)
                try:
                    answer = await self._read(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise Broken("silent", f"no answer within {within_seconds:g} s") from None
        except httpx.ConnectError as error:
            raise Broken("unreachable", type(error).__name__) from None
        except httpx.HTTPError as error:
            raise Broken("cut", type(error).__name__) from None
        _check(response.status_code, answer)
        return answer

    async def _read(self, response: httpx.Response) -> bytes:
        answer = bytearray()
        async for chunk in response.aiter_bytes():
            answer += chunk
            if len(answer) > self._limit_bytes:
                raise Broken("too_large", f"an answer has more than {self._limit_bytes} bytes")
        return bytes(answer)


def _check(status: int, answer: bytes) -> None:
    if status in UNAUTHORIZED or onvif_soap.is_refusal(answer):
        raise Broken("refused", "the device does not take this user and password, or its clock runs away")
    fault = onvif_soap.fault_of(answer)
    if fault is not None:
        raise Broken("cut", fault)
    if status != OK:
        raise Broken("not_a_stream", f"answered {status}")


async def _pull(device: _Device, subscription: Subscription, prove: Prove, line: Line) -> None:
    url = device.url(subscription.path)
    renewed_at = line.clock.monotonic()
    while True:
        wanted = onvif_soap.pull(prove(), subscription, url, wait_seconds=WAIT_SECONDS, limit=MESSAGES)
        within = WAIT_SECONDS + line.silence_seconds
        answer = await device.ask(subscription.path, wanted, within_seconds=within)
        await line.take(onvif_soap.MEDIA_TYPE, answer)
        if line.clock.monotonic() - renewed_at > LIFE_SECONDS / 2:
            renewed_at = line.clock.monotonic()
            # A device that cannot renew ends the pull point in its time, and it is made again.
            with contextlib.suppress(Broken):
                await device.ask(subscription.path, onvif_soap.renew(prove(), subscription, url, LIFE_SECONDS))
        await line.clock.sleep(PAUSE_SECONDS)


async def _let_go(device: _Device, subscription: Subscription, prove: Prove) -> None:
    wanted = onvif_soap.unsubscribe(prove(), subscription, device.url(subscription.path))
    with contextlib.suppress(Broken):
        await device.ask(subscription.path, wanted, within_seconds=LET_GO_SECONDS)
