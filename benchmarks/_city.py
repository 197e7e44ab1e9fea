"""A platform with one camera and as many wanted plates as a benchmark needs."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._load import post
from tools.demo.casework import AGENCY, DUTY, OFFICER
from tools.demo.city import CAMERAS
from tools.demo.hikvision import anpr_xml
from tools.demo.office import Administrator, Officer, open_cases
from tools.demo.platform import Platform

# One person asks here for what a whole control room does.
UNHURRIED = {"RASID_PERSON_REQUESTS_PER_MINUTE": "1000000", "RASID_SUBJECT_REQUESTS_PER_HOUR": "1000000"}


@dataclass(frozen=True, slots=True)
class Bench:
    """What a benchmark drives."""

    platform: Platform
    headers: dict[str, str]
    path: str

    def read(self, plate: str, number: int) -> bytes:
        """The request that posts one read, each of a passage of its own."""
        xml = anpr_xml(plate=plate, captured_at=self.platform.clock.now(), event_id=f"bench-{number}")
        return post(self.path, xml, self.headers)

    def listener_headers(self) -> dict[str, str]:
        """For the live stream."""
        token = self.platform.token(OFFICER, AGENCY, ["operator"])
        return {"Authorization": f"Bearer {token}", "Rasid-Case": DUTY, "Rasid-Purpose": "live-monitoring"}


@asynccontextmanager
async def city(wanted: list[str]) -> AsyncIterator[Bench]:
    """Start everything in a folder of its own, register one camera, watch for `wanted`."""
    with TemporaryDirectory(prefix="rasid-bench-") as folder:
        async with Platform(Path(folder), settings=UNHURRIED) as platform:
            administrator = Administrator(
                platform.ingest.address,
                platform.token("admin", AGENCY, ["administrator"]),
            )
            camera = CAMERAS[0]
            await administrator.register_site(camera.site)
            await administrator.register_camera(camera)
            credential = await administrator.credential(camera.camera_id)
            await administrator.close()
            await open_cases(platform.casework.address, await platform.sign_in("amira"), platform.clock.now())
            officer = Officer(platform.alerts.address, platform.token(OFFICER, AGENCY, ["investigator"]))
            for plate in wanted:
                await officer.watch("bench", plate, reason="stolen-vehicle")
            await officer.close()
            basic = base64.b64encode(f"{credential.user}:{credential.password}".encode()).decode()
            headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/xml"}
            yield Bench(platform, headers, f"/v1/cameras/{camera.camera_id}/events")
