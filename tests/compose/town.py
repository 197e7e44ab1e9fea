"""The little city of `rasid city`, for tests that post and listen from the host."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.compose.containers import Containers
from tests.support.eventually import eventually
from tests.support.town import Town, new_plate
from tools.demo.cameras import CameraClient
from tools.demo.casework import DUTY, INVESTIGATION, OFFICER
from tools.demo.drawing import plate_jpeg, scene_jpeg
from tools.demo.hikvision import PICTURE_KINDS, multipart

RING_SECONDS = 30


class ContainerTown(Town):
    """A town whose cases `rasid city --prepare` has opened: Kafka cannot be reached from the host."""

    def __init__(self, containers: Containers) -> None:
        super().__init__(containers.deployed())  # type: ignore[arg-type] - the part of a Platform that it needs
        self.officer_name, self.case_id, self.duty_id = OFFICER, INVESTIGATION, DUTY

    async def rings(self, *, camera: CameraClient | None = None) -> str:
        """Watch for a new plate, let it pass, and return its alert's id once it has rung, once."""
        plate = new_plate()
        await self.watch(plate)
        async with self.listening() as ears:
            await self.passes(plate, camera=camera)
            await eventually(lambda: ears.raised(plate), RING_SECONDS, "the alert rings")
            (alert,) = ears.raised(plate)
        return str(alert["alert_id"])

    async def passes(self, plate: str = "", *, camera: CameraClient | None = None) -> str:
        """Let a vehicle pass, with pictures; returns its plate, which nobody has seen before unless it is given."""
        plate = plate or new_plate()
        pictures = dict(zip(PICTURE_KINDS, (plate_jpeg(plate), scene_jpeg(plate, 1)), strict=True))
        content_type, body = multipart(self.read(plate), pictures)
        async with self._given(camera) as speaking:
            answer = await speaking.post(content_type, body)
        assert answer.status_code == httpx.codes.OK, answer.text
        return plate

    @asynccontextmanager
    async def _given(self, camera: CameraClient | None) -> AsyncIterator[CameraClient]:
        if camera is not None:
            yield camera
            return
        async with self.camera() as new:
            yield new
