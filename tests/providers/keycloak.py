"""Keycloak itself, on the Java machine that Kafka runs on: fetched once, checked, with an empty database."""

import asyncio
import hashlib
import os
import secrets
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import httpx

from tools.engines import maven
from tools.engines.cache_folder import alone, cache_folder
from tools.engines.engine import Engine
from tools.engines.errors import EngineError
from tools.engines.kafka import java
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress

VERSION = "26.7.3"
COORDINATE = f"org.keycloak:keycloak-quarkus-dist:{VERSION}"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
ADMINISTRATOR = "admin"
BUILD_SECONDS = 300
# What its own script opens to it.
OPENED = ("util", "util.concurrent", "security", "lang")
BUILT = "--db=dev-file", "--health-enabled=false", "--features-disabled=organization"


class NotServed(Exception):
    """It cannot be downloaded here and now; the text says why."""


class Keycloak(Engine):
    """One server over plain HTTP on this machine, as a city's would be behind its proxy."""

    name: ClassVar[str] = "keycloak"
    title: ClassVar[str] = "Keycloak"
    port_names: ClassVar[tuple[str, ...]] = ("http",)
    port_span: ClassVar[range] = range(32000, 32700)

    def __init__(self, data_folder: Path, archive: Path) -> None:
        super().__init__(data_folder)
        self._archive = archive
        self.password = secrets.token_urlsafe(24)

    @property
    def address(self) -> str:
        """Where browsers and services find it."""
        return f"http://{LOOPBACK}:{self.port('http')}"

    async def answers(self) -> bool:
        """Whether it describes its first realm."""
        async with httpx.AsyncClient() as client:
            try:
                answer = await client.get(f"{self.address}/realms/master/.well-known/openid-configuration")
            except httpx.TransportError:
                return False
        return answer.status_code == httpx.codes.OK

    async def prepare(self, _progress: Progress) -> None:
        """Unpack it and let it put itself together."""
        await asyncio.to_thread(self._unpack)

    def command(self) -> Sequence[str]:
        """The server, without the script that would stand between it and its signals."""
        home = self._home
        return (
            java(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            *(
                f"--add-opens=java.base/java.{name}=ALL-UNNAMED"
                for name in ("util", "util.concurrent", "security", "lang")
            ),
            f"-Dkc.home.dir={home}",
            f"-Djboss.server.config.dir={home / 'conf'}",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-Dkc.config.built=true",
            "-cp",
            str(home / "lib" / "quarkus-run.jar"),
            "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
            *("start", "--optimized", "--http-enabled=true", "--hostname-strict=false"),
            *(f"--http-host={LOOPBACK}", f"--http-port={self.port('http')}"),
        )

    def environment(self) -> Mapping[str, str]:
        """Its administrator, whom it makes at the first start."""
        named = {"KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR, "KC_BOOTSTRAP_ADMIN_PASSWORD": self.password}
        return {**os.environ, **named, "JAVA_HOME": str(Path(java()).parents[1])}

    @property
    def _home(self) -> Path:
        return self.folder / f"keycloak-{VERSION}"

    def _unpack(self) -> None:
        if self._home.exists():
            return
        with zipfile.ZipFile(self._archive) as packed:
            packed.extractall(self.folder)
        build = ("bash", str(self._home / "bin" / "kc.sh"), "build", *BUILT)
        done = subprocess.run(
            build, env=self.environment(), capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
        )
        if done.returncode != 0:
            raise EngineError(
                f"Keycloak cannot be built: {done.stdout[-2000:]}{done.stderr[-2000:]}", "read what it says"
            )


def fetched(progress: Progress) -> Path:
    """The distribution on this machine: exactly that one. Raises NotServed, and EngineError for any other."""
    folder = cache_folder("keycloak")
    kept = folder / f"{VERSION}.zip"
    with alone(folder, progress, "Keycloak: waiting for another fetch of it"):
        if not kept.exists():
            progress("Keycloak: fetching 177 MB")
            incoming = folder / "incoming"
            try:
                arrived = maven.download(COORDINATE, incoming, lambda _bytes: None, packaging="zip")
            except EngineError as error:
                raise NotServed(str(error)) from error
            arrived.replace(kept)
            shutil.rmtree(incoming)
    with kept.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        kept.unlink()
        raise EngineError(f"{COORDINATE} is not the one that is named: its SHA-256 differs", "do not use it")
    return kept
