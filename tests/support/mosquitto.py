"""A real Mosquitto, as Debian packages it: with a password, a persistent store, and a port of its own.

`mosquitto` on the PATH or in /usr/sbin; without it the tests are skipped here and fail in CI.
"""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import pytest

from tests.support.eventually import eventually

HOST = "127.0.0.1"
USER, PASSWORD = "rasid", "a password of a test"
_PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


class Mosquitto:
    """One broker. It may be killed and started again: what it was to keep, it has on disk."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"mqtt://{HOST}:{self.port}"

    async def start(self) -> None:
        """Return when it takes connections."""
        passwords, config = self._folder / "passwords", self._folder / "mosquitto.conf"
        if not config.exists():
            maker = shutil.which("mosquitto_passwd", path=_PLACES) or "mosquitto_passwd"
            made = await asyncio.create_subprocess_exec(maker, "-b", "-c", str(passwords), USER, PASSWORD)
            assert await made.wait() == 0
            lines = (
                f"listener {self.port} {HOST}",
                "allow_anonymous false",
                f"password_file {passwords}",
                "persistence true",
                f"persistence_location {self._folder}/",
                "autosave_interval 1",
                "autosave_on_changes true",
                *(("user root",) if os.geteuid() == 0 else ()),
            )
            config.write_text("\n".join(lines) + "\n")
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._program, "-c", str(config), stdout=log, stderr=log
            )
        await eventually(self._answers)

    async def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(HOST, self.port)
            writer.close()
            return True
        return False

    async def stop(self) -> None:
        """End it as an operator does: it saves what it keeps."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[aiomqtt.Client]:
        """Somebody who publishes, as a camera does."""
        async with aiomqtt.Client(HOST, self.port, username=USER, password=PASSWORD) as client:
            yield client


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """A broker for one test."""
    program = shutil.which("mosquitto", path=_PLACES)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("mosquitto is not installed: apt-get install mosquitto")
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")
    broker = Mosquitto(tmp_path, program)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()
