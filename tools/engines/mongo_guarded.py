"""A database that asks who everybody is, as in a deployment: a user for each process, and an administrator."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.engines.mongo import Mongo
from tools.engines.mongo_users import MongoUsers
from tools.engines.progress import Progress, quiet
from tools.engines.secantus_rs import SecantusRs


class _Asking(Mongo):
    """Asks everybody from its second start on: SecantusDB lets the first user be made while it asks nobody."""

    def __init__(self, data_folder: Path, **more: Any) -> None:
        super().__init__(data_folder, **more)
        self.users = MongoUsers(self.folder / "users.json")

    @property
    def address(self) -> str:
        """As the administrator: for who sets up, and for tests that look."""
        root = self.users.root
        return self.server.replace("://", f"://{root.user}:{root.password}@", 1)

    def access(self, service: str | None = None) -> dict[str, str]:
        """As the service's own user; as the administrator when no service is named."""
        if service is None:
            return super().access()
        return {"RASID_MONGO": self.server, **self.users.settings(service)}

    async def start(self, progress: Progress = quiet) -> None:
        """Start it; the first time once more, as soon as it has its users."""
        await super().start(progress)
        if not self.users.are_made:
            await asyncio.to_thread(self.users.furnish, self.server)
            await self.stop()
            await super().start(progress)

    async def prepare(self, progress: Progress) -> None:
        """As any, and the passwords."""
        self.users.ensure()
        await super().prepare(progress)

    def options(self, cache_size: str) -> Sequence[str]:
        """As any; it asks once there is somebody to ask for."""
        return (*super().options(cache_size), *(["--auth"] if self.users.are_made else []))


class GuardedMongo(_Asking):
    """SecantusDB's Python server."""


class GuardedSecantusRs(_Asking, SecantusRs):
    """SecantusDB's Rust server."""
