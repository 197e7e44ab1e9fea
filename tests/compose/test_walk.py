"""The walk of a read through the containers, from a camera's post on the host to the alert that rings, and after."""

import asyncio
import os
import secrets
import signal

import httpx
import pytest
from docker.models.containers import Container

from tests.compose.containers import ENGINES, SERVICES, Containers, health, published_port
from tests.compose.records import Records
from tests.compose.town import RING_SECONDS, ContainerTown
from tests.support.clips import clip
from tests.support.eventually import eventually
from tests.support.town import Ears, new_plate
from tools.demo.cameras import CameraClient
from tools.demo.city import Camera, Site
from tools.demo.deployed import Place

pytestmark = pytest.mark.timeout(1500)

HEALTHY_SECONDS = 150
XML = "application/xml"


async def healthy(containers: Containers, *names: str) -> None:
    def all_are() -> bool:
        return all(health(one) == "healthy" for name in names for one in containers.of(name))

    await eventually(all_are, HEALTHY_SECONDS, f"{', '.join(names)} are healthy")


async def test_a_wanted_plate_rings(town: ContainerTown):
    assert await town.rings()


async def test_the_city_drives_itself_and_tells_what_rings(containers: Containers):
    said = await asyncio.to_thread(
        containers.compose, "run", "--rm", "city", "rasid", "city", "--minutes", "0.6", "--rate", "5"
    )
    assert "RING" in said
    assert "HELD" in said, "the first that rings is found, its clip stored and held"
    assert containers.address("ingest") in said or "http://127.0.0.1:" in said


async def test_without_a_case_the_server_refuses(town: ContainerTown):
    headers = {"Authorization": f"Bearer {town.token('investigator')}", "Rasid-Purpose": "live-monitoring"}
    async with httpx.AsyncClient(base_url=town.platform.alerts.address, headers=headers) as client:
        answer = await client.get("/v1/alerts")
    assert answer.status_code == 403
    assert "Rasid-Case" in answer.json()["detail"]


async def test_two_alerts_processes_share_the_work_and_ring_once_on_each(containers: Containers, town: ContainerTown):
    await asyncio.to_thread(containers.up, "--scale", "alerts=2")
    first, second = containers.of("alerts")
    await healthy(containers, "alerts")
    towns = [town_at(containers, one) for one in (first, second)]
    try:
        known = [await entries_known(one) for one in towns]
        plates = [new_plate() for _ in range(8)]
        for plate in plates:
            await town.watch(plate)
        for one, before in zip(towns, known, strict=True):  # the process that did not take them follows in a second
            await eventually(
                lambda one=one, before=before: _has_entries(one, before + len(plates)), what="known to both"
            )
        async with towns[0].listening() as here, towns[1].listening() as there:
            cameras = [await new_camera(town) for _ in plates]
            for camera, plate in zip(cameras, plates, strict=True):
                async with camera:
                    assert (await camera.post(XML, town.read(plate))).status_code == httpx.codes.OK
            for name, ears in (("the first", here), ("the second", there)):
                await all_ring(name, ears, plates)
                assert [len(ears.raised(plate)) for plate in plates] == [1] * len(plates)
    finally:
        await asyncio.to_thread(containers.up, "--scale", "alerts=1")
    assert len(containers.of("alerts")) == 1


def town_at(containers: Containers, alerts: Container) -> ContainerTown:
    """The town as it is seen through one of the processes of alerts."""
    town = ContainerTown(containers)
    address = f"http://127.0.0.1:{published_port(alerts)}"
    town.platform.alerts = Place(address, address)
    return town


async def entries_known(town: ContainerTown) -> int:
    """How many entries this process of alerts compares reads with, as it tells Prometheus."""
    async with httpx.AsyncClient(base_url=town.platform.alerts.address) as client:
        figures = (await client.get("/metrics")).text
    (line,) = [line for line in figures.splitlines() if line.startswith("rasid_alerts_watchlist_entries ")]
    return int(float(line.split()[1]))


async def _has_entries(town: ContainerTown, count: int) -> bool:
    return await entries_known(town) >= count


async def all_ring(name: str, ears: Ears, plates: list[str]) -> None:
    """Return when each plate has rung; says on which process one did not, and whether its stream was cut."""
    try:
        await eventually(lambda: all(ears.raised(plate) for plate in plates), RING_SECONDS)
    except AssertionError:
        silent = [number for number, plate in enumerate(plates) if not ears.raised(plate)]
        pytest.fail(f"on {name}, of {len(plates)} these did not ring: {silent}; its stream has ended: {ears.is_over}")


async def new_camera(town: ContainerTown) -> CameraClient:
    """A new camera: with its own key, so its reads lie in a partition of their own."""
    site = Site(f"site-{secrets.token_hex(3)}", "جسر", "pont", "bridge", "main_street", 31.8, 47.1)
    camera = Camera(f"cam-{secrets.token_hex(3)}", site, 90)
    credential = await town.register(camera)
    return CameraClient(town.platform.ingest.address, camera.camera_id, credential, basic=True)


@pytest.mark.parametrize("name", [*SERVICES, *ENGINES])
async def test_a_killed_process_comes_back_by_itself_and_it_rings_again(
    containers: Containers, town: ContainerTown, name: str
):
    assert await town.rings()
    container = containers.one(name)
    before = container.attrs["RestartCount"]
    os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)  # as the kernel does when memory is out

    def restarted() -> bool:
        container.reload()
        return container.attrs["RestartCount"] > before

    await eventually(restarted, 60, f"{name} is started again")
    await healthy(containers, *SERVICES, *ENGINES)
    assert await eventually(lambda: _rings_again(containers), 90, "it rings again")


async def _rings_again(containers: Containers) -> str:
    """An alert's id, or nothing while a service still finds its way back."""
    try:
        return await ContainerTown(containers).rings()
    except (AssertionError, httpx.HTTPError):
        return ""


async def test_a_container_that_was_killed_by_hand_goes_on_with_its_data(containers: Containers, town: ContainerTown):
    alert_id = await town.rings()
    container = containers.one("mongo")
    container.kill()  # by hand means on purpose: the restart policy leaves it down
    container.start()
    await healthy(containers, *SERVICES, *ENGINES)
    async with town.officer() as officer:
        await eventually(lambda: _is_shown(officer, alert_id), 60, "the alert is there")


async def _is_shown(officer, alert_id: str) -> bool:
    return (await officer.alert(alert_id)).status_code == httpx.codes.OK


async def test_down_and_up_again_everything_is_still_there(containers: Containers, town: ContainerTown):
    body = clip()
    async with town.camera() as camera:
        alert_id = await town.rings(camera=camera)
        before = Records(containers, town)
        evidence_id = await before.awaited(alert_id)
        assert (await before.put_clip(evidence_id, body)).status_code == httpx.codes.CREATED
        await asyncio.to_thread(containers.compose, "stop")
        ended = {name: containers.one(name).attrs["State"] for name in SERVICES}
        assert {name: state["ExitCode"] for name, state in ended.items()} == dict.fromkeys(SERVICES, 0), "in order"
        await asyncio.to_thread(containers.compose, "down")
        assert containers.of("ingest") == []
        await asyncio.to_thread(containers.up)
        again = ContainerTown(containers)
        async with again.officer() as officer:
            await eventually(lambda: _is_shown(officer, alert_id), 60, "the former alert is shown")
            plate = (await officer.alert(alert_id)).json()["plate"]["read"].replace(" ", "")
        assert (await Records(containers, again).clip(evidence_id)).content == body
        assert await Records(containers, again).passages(plate)
        known = CameraClient(again.platform.ingest.address, camera.camera_id, camera.credential, basic=True)
        async with known:
            assert await again.rings(camera=known)


async def test_prometheus_sees_every_process_and_computes_its_rules(containers: Containers):
    async with httpx.AsyncClient(base_url=containers.address("prometheus")) as client:

        async def seen() -> bool:
            targets = (await client.get("/api/v1/targets")).json()["data"]["activeTargets"]
            up = {target["labels"]["job"] for target in targets if target["health"] == "up"}
            return up >= {*SERVICES, "minio", "prometheus"}

        async def free() -> list[dict]:
            query = "minio_cluster_capacity_raw_free_bytes / minio_cluster_capacity_raw_total_bytes"
            return list((await client.get("/api/v1/query", params={"query": query})).json()["data"]["result"])

        await eventually(seen, 90, "every process is looked at")
        assert await eventually(free, 60, "how full the disk is is known")
        groups = (await client.get("/api/v1/rules")).json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) > 20
    assert [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] == "err"] == []
