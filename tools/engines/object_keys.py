"""The credentials of an object store's engine: who may do what, in the format that SeaweedFS reads."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tools.engines.errors import EngineError

LOCKS = (
    *("GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold"),
    "GetBucketObjectLockConfiguration",
)
# `rasid` was the only one once: folders of then have its key and keep it. SeaweedFS lets only it make buckets.
ACTIONS: Mapping[str, Sequence[str]] = {
    "rasid": ("Admin", "Read", "Write", "List", "Tagging"),
    "application": ("Read", "Write", "List", *LOCKS),
    "eraser": ("Read", "Write", "List", *LOCKS, "BypassGovernanceRetention"),
}


class Keys(NamedTuple):
    """One credential."""

    access_key: str
    secret_key: str


class ObjectKeys:
    """The file that has them, readable by its owner only; made at the first start, and completed at a later one."""

    def __init__(self, file: Path, title: str) -> None:
        self.file = file
        self._title = title

    def of(self, name: str) -> Keys:
        """The credential of `rasid` (the administrator), `application` or `eraser`."""
        for identity in self._identities():
            if identity["name"] == name:
                credential = identity["credentials"][0]
                return Keys(credential["accessKey"], credential["secretKey"])
        raise EngineError(f"{self._title} has no credential {name} yet", "start it anew: rasid engines up")

    def ensure(self) -> None:
        """Make those that are missing; the others stay as they are."""
        identities = self._identities() if self.file.exists() else []
        known = {identity["name"] for identity in identities}
        missing = [_new_identity(name, actions) for name, actions in ACTIONS.items() if name not in known]
        if missing:
            _write_secret(self.file, json.dumps({"identities": identities + missing}, indent=2))

    def _identities(self) -> list[dict[str, Any]]:
        try:
            identities: list[dict[str, Any]] = json.loads(self.file.read_bytes())["identities"]
        except OSError as error:
            raise EngineError(f"{self._title} was never started here", "start it: rasid engines up") from error
        return identities


def _new_identity(name: str, actions: Sequence[str]) -> dict[str, Any]:
    keys = {"accessKey": f"{name}-{secrets.token_hex(6)}", "secretKey": secrets.token_urlsafe(30)}
    return {"name": name, "credentials": [keys], "actions": list(actions)}


def _write_secret(path: Path, text: str) -> None:
    """Whole or not at all, power cuts included, and never readable by others, not even for a moment."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
