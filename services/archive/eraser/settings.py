"""What an administrator can set for the eraser. Of what services have it has little: nobody asks it for anything."""

from pydantic import Field, SecretStr

from rasid.service.settings import ObjectStoreAccess

SERVICE = "eraser"


class EraserSettings(ObjectStoreAccess):
    """Settings of the eraser. Its object store credential is the one that may step over a lock."""

    port: int = Field(8808, title="Listen port", description="TCP port of its health and metrics", ge=0, le=65535)
    database: str = Field("rasid_archive", title="Database", description="The archive's Mongo database")
    evidence_bucket: str = Field("rasid-evidence", title="Evidence", description="The archive's bucket of clips")
    pictures_bucket: str = Field(
        "rasid-pictures",
        title="Pictures",
        description="Bucket of the cameras' pictures, whose keys say when they expire; the same as ingest's",
    )
    erase_seconds: float = Field(
        5.0,
        title="Rounds",
        description="How often it looks for what has to go",
        gt=0,
    )
    certificate_key: SecretStr = Field(
        title="Certificate key",
        description="Secret (64 hex digits): the Ed25519 key that signs certificates of deletion",
        min_length=64,
        max_length=64,
    )
