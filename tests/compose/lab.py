"""Where containers come from: a daemon that is there, or the one that `compose-lab` installs and starts.

On a machine that reaches no container registry, `compose-lab` also builds stand-ins for the public base images, under
their names. `RASID_COMPOSE_LAB` says where it is; else it is looked for beside the checkout. `RASID_PUBLIC_IMAGES=1`
does without it: then the real images are pulled.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from tools.engines.cache_folder import cache_folder

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared" / "tools" / "compose-lab"
OURS = Path(__file__).parent / "images"
# Base images that compose-lab brings stand-ins for, and those that we bring ours for.
ITS_IMAGES = ("python:3.13-slim", "prom/prometheus:v3.1.0")
OUR_IMAGES = ("golang:1.26.8-trixie", "apache/kafka:4.3.1", "mongo:8.0")


class NoContainers(Exception):
    """There is no way to containers on this machine; the text says why and how to mend it."""


class Lab:
    """The daemon and the base images."""

    used_stand_ins: ClassVar[bool] = False

    def __init__(self) -> None:
        self._script = Path(os.environ.get("RASID_COMPOSE_LAB", BESIDE))
        self._was_running = _daemon_answers()

    @property
    def has_stand_ins(self) -> bool:
        return self._script.is_file() and not os.environ.get("RASID_PUBLIC_IMAGES")

    def start(self) -> None:
        """Return when a daemon answers and the base images are there."""
        if not self.has_stand_ins:
            if not self._was_running:
                raise NoContainers(
                    f"no container daemon answers, and there is no {self._script} to start one: start docker, or set "
                    "RASID_COMPOSE_LAB"
                )
            return
        if os.geteuid() != 0 and not self._was_running:
            raise NoContainers(f"{self._script} installs and starts a daemon: it needs root")
        Lab.used_stand_ins = True
        self._run(*ITS_IMAGES)
        for tag in OUR_IMAGES:
            if not _built_from(tag).exists() or _built_from(tag).read_text(encoding="utf-8") != _contents(tag):
                subprocess.run(["docker", "image", "rm", "--force", tag], check=False, capture_output=True)
        self._run(*OUR_IMAGES, images=OURS)
        for tag in OUR_IMAGES:
            _built_from(tag).parent.mkdir(parents=True, exist_ok=True)
            _built_from(tag).write_text(_contents(tag), encoding="utf-8")

    def stop(self) -> None:
        """End the daemon if it was started for these tests."""
        if self.has_stand_ins and not self._was_running and _daemon_answers():
            subprocess.run([self._script, "--stop"], check=False)

    def _run(self, *tags: str, images: Path | None = None) -> None:
        environment = {**os.environ, "RASID_PYTHON": sys.executable}
        if images:
            environment["COMPOSE_LAB_IMAGES"] = str(images)
        done = subprocess.run([self._script, *tags], env=environment, check=False, capture_output=True, text=True)
        sys.stderr.write(done.stderr)
        if done.returncode != 0:
            raise NoContainers(f"{self._script.name} could not make {', '.join(tags)}: {done.stderr[-2000:]}")


def _folder(tag: str) -> str:
    return tag.partition(":")[0].rpartition("/")[2]


def _built_from(tag: str) -> Path:
    """Where it stands what a stand-in was built from: one that is there is not built again by itself."""
    return cache_folder("stand-ins") / _folder(tag)


def _contents(tag: str) -> str:
    """A digest of all that a stand-in is built from."""
    digest = hashlib.sha256(tag.encode())
    for file in sorted((OURS / _folder(tag)).rglob("*")):
        if file.is_file():
            digest.update(f"\0{file.relative_to(OURS)}\0{file.stat().st_mode & 0o111}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _daemon_answers() -> bool:
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0
