"""The deployment under test: deploy/docker-compose.yml as it is, with secrets, ports and a name of its own."""

import os
import secrets
import subprocess
import time
from pathlib import Path

import docker
from click.testing import CliRunner
from docker.models.containers import Container

from tests.compose.lab import ROOT
from tools.demo.deployed import Deployed, Place
from tools.deployment.env_file import given
from tools.deployment.secrets_cli import make_secrets
from tools.engines import ports
from tools.keys import read_signing_key

FILE = ROOT / "deploy" / "docker-compose.yml"
EXAMPLE = ROOT / "deploy" / ".env.example"
SERVICES = ("ingest", "alerts", "search", "archive", "casework")
PUBLISHED = (*SERVICES, "prometheus")
UNSEEN = ("eraser",)
ENGINES = ("kafka", "mongo", "minio")
ONCE = ("setup",)
PORTS = range(18000, 20000)
# Free ports in a row for each; the test runs two of one service.
PORTS_EACH = 2
SCALED = "alerts"
UP_SECONDS = 1200
LABEL = "com.docker.compose.service"


class Containers:
    """One Compose project, driven by `docker compose` as people do and inspected through Docker's API."""

    def __init__(self, folder: Path, *, stand_ins: bool) -> None:
        self.project = f"rasid-test-{secrets.token_hex(3)}"
        self.client = docker.from_env()
        self._folder = folder
        self._began = time.monotonic()
        (folder / ".env.example").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
        done = CliRunner().invoke(make_secrets, [str(folder)])
        assert done.exit_code == 0, done.output
        self.ports = dict(zip(PUBLISHED, _free_ports(len(PUBLISHED)), strict=True))
        self._set(
            RASID_TOKENS_FOLDER=str(folder / "tokens"),
            RASID_VERSION=self.project,
            **{f"RASID_{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
        )
        first = self.ports[SCALED]
        self._set(**{f"RASID_{SCALED.upper()}_PORT": f"{first}-{first + PORTS_EACH - 1}"})
        if stand_ins:  # it gets slower with every retryable write
            self._set(RASID_MONGO="'mongodb://mongo:27017/?directConnection=true&retryWrites=false'")

    @property
    def settings(self) -> dict[str, str]:
        return given((self._folder / ".env").read_text(encoding="utf-8"))

    def compose(self, *arguments: str, timeout: float = UP_SECONDS) -> str:
        """Run `docker compose` on this project and return what it printed; fails with everything it said."""
        command = ["docker", "compose", "--env-file", str(self._folder / ".env"), "-p", self.project, "-f", str(FILE)]
        done = subprocess.run(
            [*command, *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "COMPOSE_ANSI": "never", "BUILDKIT_PROGRESS": "plain"},
        )
        if done.returncode != 0:
            raise AssertionError(f"docker compose {' '.join(arguments)}: {done.stdout}\n{done.stderr}\n{self._logs()}")
        return done.stdout

    def up(self, *more: str) -> None:
        """Bring everything up and return when it is healthy."""
        self.compose("up", "-d", "--build", "--wait", *more)

    def remove(self) -> None:
        """Take away containers, networks, volumes and the image of this run; base images stay for the next."""
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20")
        for image in self.client.images.list(name=f"rasid:{self.project}"):
            self.client.images.remove(image.id, force=True)
        self.client.close()

    def of(self, service: str) -> list[Container]:
        """The containers of a service, those of its one-shot runs left out."""
        labels = [f"com.docker.compose.project={self.project}", f"{LABEL}={service}"]
        found = self.client.containers.list(all=True, filters={"label": labels})
        lasting = [one for one in found if one.labels.get("com.docker.compose.oneoff") == "False"]
        return sorted(lasting, key=lambda one: int(one.labels["com.docker.compose.container-number"]))

    def one(self, service: str) -> Container:
        (container,) = self.of(service)
        return container

    def address(self, service: str) -> str:
        """Where the host reaches it now: of a range, a container has another port after each start."""
        return f"http://127.0.0.1:{published_port(self.of(service)[0])}"

    def deployed(self) -> Deployed:
        """The services as the host reaches them."""
        places = {name: Place(self.address(name), self.address(name)) for name in SERVICES}
        return Deployed(**places, signing_key=read_signing_key(self.settings["RASID_SIGNING_KEY"]))

    def _set(self, **variables: str) -> None:
        path = self._folder / ".env"
        lines = [
            line for line in path.read_text(encoding="utf-8").splitlines() if line.partition("=")[0] not in variables
        ]
        path.write_text("\n".join([*lines, *(f"{name}={value}" for name, value in variables.items()), ""]))

    def _logs(self) -> str:
        """The end of every container's log, for whoever reads the failure."""
        found = self.client.containers.list(all=True, filters={"label": f"com.docker.compose.project={self.project}"})
        return "\n".join(
            f"--- {one.name} ({one.status})\n{one.logs(tail=15).decode(errors='replace')}" for one in found
        )


def health(container: Container) -> str:
    container.reload()
    return str(container.attrs["State"].get("Health", {}).get("Status", container.status))


def published_port(container: Container) -> int:
    """The one port of a container that the host sees."""
    container.reload()
    ((binding,),) = [bindings for bindings in container.ports.values() if bindings]
    return int(binding["HostPort"])


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    for port in ports.candidates(PORTS[::PORTS_EACH], Path(secrets.token_hex(4))):
        if all(ports.is_free(port + number) for number in range(PORTS_EACH)):
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError(f"no free ports in {PORTS}")
