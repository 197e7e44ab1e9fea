"""A platform for end-to-end and fault tests, and what people and cameras do with it; every name is made up anew."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from rasid.contract.fields import utc_text
from tests.support.eventually import eventually
from tools.demo.archivist import Archivist
from tools.demo.cameras import CameraClient, Credential
from tools.demo.city import Camera, Site
from tools.demo.connecting import http_client
from tools.demo.hikvision import anpr_xml
from tools.demo.listening import LiveEvent, parse
from tools.demo.office import Administrator, Officer, Supervisor
from tools.demo.platform import Platform
from tools.demo.searching import Searcher

AGENCY = "police"
LIVE_PURPOSE = "live-monitoring"
PURPOSE = "stolen-vehicle"
LETTERS = "ABDEFGHKLM"
# A test that waits for something asks again and again, as no person does.
UNHURRIED = {"RASID_PERSON_REQUESTS_PER_MINUTE": "1000000", "RASID_SUBJECT_REQUESTS_PER_HOUR": "1000000"}


@dataclass
class Ears:
    """What one listener has heard, in order, and whether the server has ended the stream."""

    heard: list[LiveEvent] = field(default_factory=list)
    is_over: bool = False

    def raised(self, plate: str) -> list[dict[str, Any]]:
        alerts = [json.loads(event.data) for event in self.heard if event.name == "raised"]
        return [alert for alert in alerts if alert["plate"]["read"].replace(" ", "") == plate.replace(" ", "")]


class Town:
    """One platform with an officer, two cases and as many cameras as a test asks for."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        mark = secrets.token_hex(3)
        self.officer_name = f"officer-{mark}"
        self.second_name = f"second-{mark}"
        self.case_id = f"case-{mark}"
        self.duty_id = f"duty-{mark}"

    async def open_cases(self) -> None:
        people = (self.officer_name, self.second_name)
        async with self.supervisor() as supervisor:
            await supervisor.open(self.case_id, "investigation", people)
            ends = utc_text(self.platform.clock.now() + timedelta(days=1))
            await supervisor.open(self.duty_id, "duty", people, closes_at=ends)

    @asynccontextmanager
    async def supervisor(
        self, agency: str = AGENCY, role: str = "supervisor", who: str = "boss"
    ) -> AsyncIterator[Supervisor]:
        """Who keeps an agency's cases, at casework."""
        supervisor = Supervisor(self.platform.casework.address, self.platform.token(who, agency, [role]))
        try:
            yield supervisor
        finally:
            await supervisor.close()

    def token(self, *roles: str, who: str | None = None) -> str:
        return self.platform.token(who or self.officer_name, AGENCY, roles)

    def headers(
        self, *roles: str, case_id: str | None = None, purpose: str = PURPOSE, who: str | None = None
    ) -> dict[str, str]:
        """Of the officer as an investigator on the investigation, unless said otherwise."""
        token = self.token(*(roles or ("investigator",)), who=who)
        return {
            "Authorization": f"Bearer {token}",
            "Rasid-Case": case_id or self.case_id,
            "Rasid-Purpose": purpose,
        }

    @asynccontextmanager
    async def searcher(self, *roles: str, **who: str) -> AsyncIterator[Searcher]:
        searcher = Searcher(self.platform.search.address, self.headers(*roles, **who))
        try:
            yield searcher
        finally:
            await searcher.close()

    @asynccontextmanager
    async def archivist(self, *roles: str, **who: str) -> AsyncIterator[Archivist]:
        archivist = Archivist(self.platform.archive.address, self.headers(*roles, **who))
        try:
            yield archivist
        finally:
            await archivist.close()

    @asynccontextmanager
    async def officer(self) -> AsyncIterator[Officer]:
        officer = Officer(self.platform.alerts.address, self.token("investigator"), self.case_id, PURPOSE)
        try:
            yield officer
        finally:
            await officer.close()

    async def watch(self, plate: str) -> dict[str, Any]:
        """Put a plate on a list, as soon as the service knows the case."""
        async with self.officer() as officer:
            await eventually(lambda: self._knows_the_case(officer), 60, "the case is known to alerts")
            return await officer.watch(f"list-{secrets.token_hex(3)}", plate, reason=PURPOSE)

    async def _knows_the_case(self, officer: Officer) -> bool:
        answer = await officer.client.get("/v1/alerts")
        return answer.status_code == httpx.codes.OK

    @asynccontextmanager
    async def camera(self, *, basic: bool = True) -> AsyncIterator[CameraClient]:
        site = Site(f"site-{secrets.token_hex(3)}", "جسر", "pont", "bridge", "main_street", 31.8, 47.1)
        camera = Camera(f"cam-{secrets.token_hex(3)}", site, 90)
        credential = await self.register(camera)
        async with CameraClient(self.platform.ingest.address, camera.camera_id, credential, basic=basic) as client:
            yield client

    async def register(self, camera: Camera) -> Credential:
        token = self.platform.token("admin", AGENCY, ["administrator"])
        administrator = Administrator(self.platform.ingest.address, token)
        try:
            await administrator.register_site(camera.site)
            await administrator.register_camera(camera)
            return await administrator.credential(camera.camera_id)
        finally:
            await administrator.close()

    def read(self, plate: str, **changes: Any) -> bytes:
        """A payload of a passage of its own."""
        fields = {"captured_at": self.platform.clock.now(), "event_id": secrets.token_hex(8)}
        return anpr_xml(plate=plate, **(fields | changes))

    @asynccontextmanager
    async def listening(self, last_event_id: str = "") -> AsyncIterator[Ears]:
        """A control room listening to the live stream until the block ends."""
        ears = Ears()
        connected = asyncio.Event()
        task = asyncio.create_task(self._listen(ears, connected, last_event_id))
        try:
            async with asyncio.timeout(20):
                await connected.wait()
            yield ears
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, ears: Ears, connected: asyncio.Event, last_event_id: str) -> None:
        headers = {
            "Authorization": f"Bearer {self.token('operator')}",
            "Rasid-Case": self.duty_id,
            "Rasid-Purpose": LIVE_PURPOSE,
        } | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        address = f"{self.platform.alerts.address}/v1/alerts/stream"
        async with http_client() as client, client.stream("GET", address, headers=headers, timeout=None) as live:
            live.raise_for_status()
            connected.set()
            async for event in parse(live.aiter_lines()):
                ears.heard.append(event)
            ears.is_over = True


def new_plate() -> str:
    """A plate nobody has seen before."""
    return f"13 {secrets.choice(LETTERS)} {secrets.randbelow(100_000):05d}"
