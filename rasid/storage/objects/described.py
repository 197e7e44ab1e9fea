"""Between the client's words and ours."""

from datetime import UTC, datetime
from typing import cast

from minio.datatypes import Object
from minio.retention import Retention as MinioRetention

from rasid.storage.objects.stored import Mode, Retention, Stored

MODE, UNTIL, HOLD = (f"x-amz-object-lock-{name}" for name in ("mode", "retain-until-date", "legal-hold"))


def described(found: Object) -> Stored:
    """From the answer to HEAD, whose headers tell the lock."""
    headers = found.metadata or {}
    return Stored(
        str(found.object_name),
        str(found.version_id),
        found.size or 0,
        found.content_type,
        found.last_modified,
        _retention(headers.get(MODE), headers.get(UNTIL)),
        is_held=headers.get(HOLD) == "ON",
    )


def listed(found: Object) -> Stored:
    """From a line of a listing."""
    return Stored(
        str(found.object_name),
        str(found.version_id),
        found.size or 0,
        stored_at=found.last_modified,
        is_latest=str(found.is_latest).lower() == "true",
    )


def to_minio(retention: Retention | None) -> MinioRetention | None:
    """As the client wants it."""
    return None if retention is None else MinioRetention(retention.mode, retention.keep_until.astimezone(UTC))


def _retention(mode: str | None, until: str | None) -> Retention | None:
    if not mode or not until:
        return None
    return Retention(datetime.fromisoformat(until), cast(Mode, mode))
