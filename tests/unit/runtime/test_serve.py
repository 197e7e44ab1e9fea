"""A process stops in order, whatever the reason, and its exit code says which."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.support.eventually import eventually
from tools.engines import claims

ROOT = Path(__file__).parents[3]
MINUTE = 60
FAILED = 1
NOT_CONFIGURED = 78

pytestmark = pytest.mark.opens_sockets("a served process is about its port")


class Served:
    """A service in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.address = f"http://127.0.0.1:{port}"
        self.out = ""

    async def says(self, word: str) -> None:
        """Read on until the process has said the word."""
        assert self.process.stdout is not None
        while word not in self.out:
            line = await asyncio.wait_for(self.process.stdout.readline(), MINUTE)
            assert line, f"it ended without saying {word!r}: {self.out}"
            self.out += line.decode()

    async def is_serving(self) -> None:
        async with httpx.AsyncClient() as client:
            await eventually(lambda: self._answers(client), MINUTE, "an answer")

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"{self.address}/openapi.json")).status_code == 200
        except httpx.TransportError:
            return False

    async def ended(self) -> tuple[int, str]:
        """The exit code and the log."""
        out, err = await asyncio.wait_for(self.process.communicate(), MINUTE)
        self.out += out.decode()
        assert self.process.returncode is not None
        return self.process.returncode, err.decode()


Start = Callable[..., Awaitable[Served]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    started: list[Served] = []

    async def start(scenario: str, port: int | None = None, **environment: str) -> Served:
        port = port or free_port()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.unit.runtime.served", scenario, str(port)),
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        started.append(Served(process, port))
        return started[-1]

    yield start
    for served in started:
        if served.process.returncode is None:
            served.process.kill()
            await served.process.communicate()


def free_port() -> int:
    return claims.claim_one(range(18_000, 19_000), Path(secrets.token_hex(8)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_is_an_orderly_end_and_a_success(start: Start, number: signal.Signals):
    served = await start("serves")
    await served.is_serving()
    served.process.send_signal(number)
    code, log = await served.ended()
    assert code == 0, log
    assert "ended, stopping=True" in served.out


async def test_the_garbage_collector_rests_until_the_process_serves(start: Start):
    served = await start("serves")
    await served.says("begun, collecting=False")
    await served.is_serving()
    async with httpx.AsyncClient(base_url=served.address) as client:
        assert (await client.get("/collecting")).json() is True


async def test_a_request_that_is_under_way_is_finished(start: Start):
    served = await start("serves")
    await served.is_serving()
    async with httpx.AsyncClient(timeout=MINUTE) as client:
        request = asyncio.create_task(client.get(f"{served.address}/slow"))
        await served.says("asked")
        served.process.send_signal(signal.SIGTERM)
        assert (await request).json() == {"finished": True}
    assert (await served.ended())[0] == 0


async def test_a_stream_is_told_and_ends_well(start: Start):
    served = await start("serves")
    await served.is_serving()
    async with httpx.AsyncClient(timeout=MINUTE) as client, client.stream("GET", f"{served.address}/stream") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "begin"
        served.process.send_signal(signal.SIGTERM)
        assert [line async for line in lines] == ["end"]
    assert (await served.ended())[0] == 0


async def test_a_request_that_would_never_end_is_cut_when_its_time_is_over(start: Start):
    served = await start("serves")
    await served.is_serving()
    async with httpx.AsyncClient(timeout=MINUTE) as client:
        request = asyncio.create_task(client.get(f"{served.address}/stubborn"))
        await served.says("asked")
        served.process.send_signal(signal.SIGTERM)
        code, log = await served.ended()
        await asyncio.gather(request, return_exceptions=True)
    assert code == 0, log
    assert "ended, stopping=True" in served.out


async def test_a_part_that_fails_ends_the_process_in_order_and_with_an_error(start: Start):
    served = await start("part-fails")
    code, log = await served.ended()
    assert code == FAILED
    assert "ended, stopping=True" in served.out
    assert "a part of the service failed" in log


@pytest.mark.parametrize("scenario", ["start-fails", "fails-before-serving", "ends-badly"])
async def test_a_failure_at_the_start_or_at_the_end_is_an_error(start: Start, scenario: str):
    served = await start(scenario)
    if scenario == "ends-badly":
        await served.is_serving()
        served.process.send_signal(signal.SIGTERM)
    assert (await served.ended())[0] == FAILED


@pytest.mark.parametrize("scenario", ["refuses", "refuses-later"])
async def test_who_configures_it_wrongly_is_told_how_to_mend_it(start: Start, scenario: str):
    code, log = await (await start(scenario)).ended()
    assert code == NOT_CONFIGURED
    assert "the example is missing" in log
    assert "To mend it: set RASID_EXAMPLE to 1" in log


async def test_a_port_that_is_taken_is_an_error_after_an_orderly_end(start: Start):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        served = await start("serves", holder.getsockname()[1])
        code, log = await served.ended()
    assert code == FAILED
    assert "ended" in served.out
    assert "address already in use" in log


@pytest.mark.parametrize(("proxies", "believed"), [("", False), ("192.0.2.1", False), ("192.0.2.1, 127.0.0.0/8", True)])
async def test_who_is_behind_a_proxy_is_told_by_the_named_ones_alone(start: Start, proxies: str, *, believed: bool):
    served = await start("serves", RASID_PROXIES=proxies)
    await served.is_serving()
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{served.address}/who", headers={"X-Forwarded-For": "198.51.100.7"})
    assert answer.json() == {"host": "198.51.100.7" if believed else "127.0.0.1"}


async def test_every_line_of_the_log_is_one_json_object_that_names_the_service(start: Start):
    served = await start("part-fails")
    _, log = await served.ended()
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines
    assert {line["service"] for line in lines} == {"served"}
    assert all({"at", "level", "event", "logger"} <= set(line) for line in lines)
