"""One Kafka node that asks who everybody is and lets each service do what the contract gives it."""

from pathlib import Path
from typing import ClassVar

from tools.engines.kafka import Kafka
from tools.engines.kafka_config import Door
from tools.engines.kafka_users import KafkaUsers
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress


class GuardedKafka(Kafka):
    """Services come by `guarded_address`, each as its own user; `address` is for whoever started it."""

    port_names: ClassVar[tuple[str, ...]] = ("broker", "controller", "door")

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder)
        self.users = KafkaUsers(self.folder / "users.json")

    @property
    def guarded_address(self) -> str:
        """Where users are asked who they are."""
        return f"{LOOPBACK}:{self.port('door')}"

    @property
    def door(self) -> Door:
        """Its second listener."""
        return Door(self.port("door"), self.users.root)

    async def prepare(self, progress: Progress) -> None:
        """As any, and the passwords."""
        self.users.ensure()
        await super().prepare(progress)

    async def furnish(self) -> None:
        """Make the users and give them their rights."""
        await self.users.furnish(self.guarded_address)

    def access(self, service: str | None = None) -> dict[str, str]:
        """As the service's own user; as the administrator when no service is named."""
        return guarded_access(super().access(), self.users, self.guarded_address, service)


def guarded_access(open_: dict[str, str], users: KafkaUsers, address: str, service: str | None) -> dict[str, str]:
    """What a service is told of a Kafka that asks who it is."""
    return open_ if service is None else {**open_, "RASID_KAFKA": address, **users.settings(service)}
