"""What an administrator can set for the archive, beside what every service has."""

from pathlib import Path

from pydantic import Field, SecretStr

from rasid.service.settings import ObjectStoreSettings

SERVICE = "archive"
MIB = 1024 * 1024
GIB = 1024 * MIB
DAY_SECONDS = 24 * 3600


class ArchiveSettings(ObjectStoreSettings):
    """Settings of the archive, read from environment variables that start with `RASID_`."""

    port: int = Field(8804, title="Listen port", description="TCP port of the HTTP interface", ge=0, le=65535)
    database: str = Field("rasid_archive", title="Database", description="This service's own Mongo database")
    evidence_bucket: str = Field(
        "rasid-evidence",
        title="Evidence",
        description="Bucket of the clips, made with versioning and Object Lock when it is not there",
    )
    retention_seconds: float = Field(
        21.0 * DAY_SECONDS,
        title="Retention",
        description="How long a clip that no case holds is readable and locked, from its receipt",
        gt=0,
    )
    clip_spool: Path = Field(
        Path(".rasid/archive-spool"),
        title="Spool folder",
        description="Where a clip lies while it is received and probed; each process takes a part of its own",
    )
    clip_spool_bytes: int = Field(
        4 * GIB,
        title="Spool size",
        description="Bytes of clips being received at the same time; beyond it uploads are answered 503",
        ge=1,
    )
    clip_bytes: int = Field(2 * GIB, title="Largest clip", description="A larger upload is answered 413", ge=1)
    clip_idle_seconds: float = Field(
        30.0,
        title="Upload patience",
        description="An upload of which nothing has come for this long is answered 408",
        gt=0,
    )
    clip_upload_seconds: float = Field(
        3600.0,
        title="Upload deadline",
        description="An upload that has not ended after this long is answered 408, and taken for dead by others",
        gt=0,
    )
    window_seconds: float = Field(
        6.0 * 3600,
        title="Longest window",
        description="People may ask for a recording of so much time at once; more is answered 422",
        gt=0,
    )
    clip_seconds: float = Field(
        24.0 * 3600,
        title="Longest clip",
        description="A clip that says it lasts longer is refused",
        gt=0,
    )
    probe_seconds: float = Field(
        20.0,
        title="Probe deadline",
        description="How long looking into a clip may take, and as many seconds of processor time",
        gt=0,
    )
    probe_bytes: int = Field(
        GIB,
        title="Probe memory",
        description="Address space of the process that looks into a clip",
        ge=256 * MIB,
    )
    probes: int = Field(2, title="Probes", description="Clips that are looked into at the same time", ge=1)
    erasure_seconds: float = Field(
        1.0 * DAY_SECONDS,
        title="Erasure request",
        description="How long the request for an erasure can be approved",
        gt=0,
    )
    release_seconds: float = Field(
        1.0 * DAY_SECONDS,
        title="Release request",
        description="How long the request for the release of a hold can be approved",
        gt=0,
    )
    sweep_seconds: float = Field(
        60.0,
        title="Sweep",
        description="How often expired clips are given up and what a crash left is settled",
        gt=0,
    )
    media_key: SecretStr = Field(
        title="Media key",
        description="Secret (64 hex digits) that signs links to pictures and clips",
        min_length=64,
    )
