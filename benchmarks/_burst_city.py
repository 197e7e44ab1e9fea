"""A platform whose cameras post Dahua's JSON, about 2 KB each, and nobody who consumes it."""

import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from benchmarks._city import Bench, city
from benchmarks._load import post
from tests.support.vendors import dahua
from tools.demo.casework import AGENCY
from tools.demo.city import TIME_ZONE

CAMERAS = 12
OFFSET_SECONDS = 3 * 3600
SEATS = 11  # what brings a payload to 2 KB
FIRST_GROUP = 10_000_000
PLATES = 100_000


@dataclass(slots=True)
class DahuaPosts:
    """Posts of several cameras in turn, each of a vehicle of its own that passes now. `heads` end before the body."""

    heads: tuple[bytes, ...]
    _second: int = 0
    _body: bytes = b""

    def request(self, number: int) -> bytes:
        """One request as it goes over the wire."""
        second = int(time.time())
        if second != self._second:
            self._second, self._body = second, _body(second)
        values = {b"plate": b"13A%05d" % (number % PLATES), b"group": FIRST_GROUP + number}
        return self.heads[number % len(self.heads)] + self._body % values


@asynccontextmanager
async def dahua_city() -> AsyncIterator[tuple[Bench, DahuaPosts]]:
    """Start everything, register the cameras, stop the consumers: they would take a core and more."""
    async with city([]) as bench:
        heads = tuple([await _camera(bench, f"burst-{number}") for number in range(CAMERAS)])
        for consumer in bench.platform.services[1:]:
            await consumer.stop()
        yield bench, DahuaPosts(heads)


def _body(second: int) -> bytes:
    """One record with places for the plate and for the number of the group, which tells vehicles apart."""
    seats = {"CommInfo": {"Seat": [{"SafeBelt": "WithoutSafeBelt"}] * SEATS}}
    data = dahua.junction("13AXXXXX", GroupID=0, RealUTC=second, UTC=second + OFFSET_SECONDS, **seats)
    text = dahua.record("TrafficJunction", data=data).replace(b'"GroupID": 0', b'"GroupID": %(group)d')
    return text.replace(b"13AXXXXX", b"%(plate)s")


async def _camera(bench: Bench, camera_id: str) -> bytes:
    """A new camera's request up to its body."""
    ingest = bench.platform.ingest
    token = bench.platform.token("admin", AGENCY, ["administrator"])
    async with httpx.AsyncClient(base_url=ingest.address, headers={"Authorization": f"Bearer {token}"}) as admin:
        camera = {"kind": "fixed", "time_zone": TIME_ZONE, "adapter": "dahua", "state": "active"}
        (await admin.put(f"/v1/cameras/{camera_id}", json=camera)).raise_for_status()
        shown = (await admin.post(f"/v1/cameras/{camera_id}/credential")).raise_for_status().json()
    basic = base64.b64encode(f"{camera_id}:{shown['password']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "text/plain"}
    sample = _body(int(time.time())) % {b"plate": b"13A00000", b"group": FIRST_GROUP}
    return post(f"/v1/cameras/{camera_id}/events", sample, headers).removesuffix(sample)
