"""What the two object stores have in common: an address, and a credential for each process and the administrator."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from rasid.contract.buckets import GRANTS, NAMES, Bucket
from tools.engines.engine import Engine
from tools.engines.object_keys import Keys, ObjectKeys
from tools.engines.ports import LOOPBACK


class ObjectStoreEngine(Engine):
    """An S3 server. Its credentials are made at the first start; `keys_file` has them."""

    port_span: ClassVar[range] = range(26000, 32000)

    def __init__(self, data_folder: Path, *, buckets: Mapping[Bucket, str] = NAMES) -> None:
        super().__init__(data_folder)
        self.buckets = buckets
        self.keys = ObjectKeys(self.keys_file, self.title, buckets)

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

    def of(self, process: str) -> Keys:
        """What a process (`ingest`, `eraser`) uses, with the rights that the contract gives it."""
        return self.keys.of(process)

    def access(self, process: str) -> dict[str, str]:
        """What a process is told of the store; nothing of its credential when it has none."""
        told = {"RASID_OBJECTS": self.address}
        if process in GRANTS:
            keys = self.of(process)
            told |= {"RASID_OBJECTS_ACCESS_KEY": keys.access_key, "RASID_OBJECTS_SECRET_KEY": keys.secret_key}
        return told

    @property
    def archive(self) -> Keys:
        """Reads, puts, locks, and can never bypass a lock, nor delete."""
        return self.of("archive")

    @property
    def eraser(self) -> Keys:
        """May bypass a governance lock, for erasing what two persons have ordered to be erased."""
        return self.of("eraser")

    @property
    def access_key(self) -> str:
        """The administrator's."""
        return self.admin.access_key

    @property
    def secret_key(self) -> str:
        """The administrator's."""
        return self.admin.secret_key
