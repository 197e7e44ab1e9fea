"""The credentials of an object store's engine: who may do what, in the format that SeaweedFS reads."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rasid.contract.buckets import GRANTS, NAMES, Bucket, Grant, Right
from tools.engines.errors import EngineError

ADMIN = "rasid"
"""The only one once: folders of then have its key and keep it. SeaweedFS lets only it make buckets."""
ADMIN_ACTIONS = ("Admin", "Read", "Write", "List", "Tagging")
# SeaweedFS knows no right to delete apart from the one to write, and none to see a bucket apart from the one to read.
ACTIONS: Mapping[Right, tuple[str, ...]] = {
    Right.SEE: ("Read", "List", "GetBucketObjectLockConfiguration"),
    Right.READ: ("Read",),
    Right.PUT: ("Write",),
    Right.LOCK: ("GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold"),
    Right.DELETE: ("Write",),
    Right.BYPASS: ("BypassGovernanceRetention",),
}


class Keys(NamedTuple):
    """One credential."""

    access_key: str
    secret_key: str


class ObjectKeys:
    """The file that has them, readable by its owner only; made at the first start, brought up to date at a later one.

    `buckets`: what the buckets are called; `*` means any.
    """

    def __init__(self, file: Path, title: str, buckets: Mapping[Bucket, str] = NAMES) -> None:
        self.file = file
        self._title = title
        self._actions = {ADMIN: ADMIN_ACTIONS} | {name: _actions(grants, buckets) for name, grants in GRANTS.items()}

    def of(self, name: str) -> Keys:
        """The credential of `rasid` (the administrator), or of a process."""
        for identity in self._identities():
            if identity["name"] == name:
                credential = identity["credentials"][0]
                return Keys(credential["accessKey"], credential["secretKey"])
        raise EngineError(f"{self._title} has no credential {name} yet", "start it anew: rasid engines up")

    def ensure(self) -> None:
        """Make what is missing, take away what is of before; the others keep their keys and have the rights of now."""
        before = self._identities() if self.file.exists() else []
        known = {identity["name"]: identity["credentials"] for identity in before}
        now = [
            {"name": name, "credentials": known.get(name) or [_new_credential(name)], "actions": list(actions)}
            for name, actions in self._actions.items()
        ]
        if now != before:
            _write_secret(self.file, json.dumps({"identities": now}, indent=2))

    def _identities(self) -> list[dict[str, Any]]:
        try:
            identities: list[dict[str, Any]] = json.loads(self.file.read_bytes())["identities"]
        except OSError as error:
            raise EngineError(f"{self._title} was never started here", "start it: rasid engines up") from error
        return identities


def _new_credential(name: str) -> dict[str, str]:
    return {"accessKey": f"{name}-{secrets.token_hex(6)}", "secretKey": secrets.token_urlsafe(30)}


def _actions(grants: tuple[Grant, ...], buckets: Mapping[Bucket, str]) -> tuple[str, ...]:
    """What grants are in SeaweedFS' own words."""
    found = [
        action + _where(buckets[grant.bucket], grant.prefix)
        for grant in grants
        for right in Right
        if right in grant.rights
        for action in ACTIONS[right]
    ]
    return tuple(dict.fromkeys(found))


def _where(bucket: str, prefix: str) -> str:
    if bucket == "*":
        return ""
    return f":{bucket}/{prefix}*" if prefix else f":{bucket}"


def _write_secret(path: Path, text: str) -> None:
    """Whole or not at all, power cuts included, and never readable by others, not even for a moment."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
