"""What the two object stores have in common: an address and three credentials."""

from pathlib import Path
from typing import ClassVar

from tools.engines.engine import Engine
from tools.engines.object_keys import Keys, ObjectKeys
from tools.engines.ports import LOOPBACK


class ObjectStoreEngine(Engine):
    """An S3 server. Its credentials are made at the first start; `keys_file` has them."""

    port_span: ClassVar[range] = range(26000, 32000)

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder)
        self.keys = ObjectKeys(self.keys_file, self.title)

    @property
    def address(self) -> str:
        """An `http://` URL."""
        return f"http://{LOOPBACK}:{self.port('s3')}"

    @property
    def keys_file(self) -> Path:
        """All credentials, readable by their owner only."""
        return self.folder / "s3.json"

    @property
    def admin(self) -> Keys:
        """May do everything; whoever sets up makes the buckets with it. No service has it."""
        return self.keys.of("rasid")

    @property
    def application(self) -> Keys:
        """What the services use: reads, writes, locks, and can never bypass a lock."""
        return self.keys.of("application")

    @property
    def eraser(self) -> Keys:
        """May bypass a governance lock, for erasing what two persons have ordered to be erased."""
        return self.keys.of("eraser")

    @property
    def access_key(self) -> str:
        """The administrator's."""
        return self.admin.access_key

    @property
    def secret_key(self) -> str:
        """The administrator's."""
        return self.admin.secret_key
