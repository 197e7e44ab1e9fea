"""What an administrator can set for the search service, beside what every service has."""

from pydantic import Field, SecretStr

from rasid.service.settings import RETENTION_SECONDS, ObjectStoreSettings, Retention

SERVICE = "search"


class SearchSettings(ObjectStoreSettings):
    """Settings of the search service, read from environment variables that start with `RASID_`."""

    port: int = Field(8803, title="Listen port", description="TCP port of the HTTP interface", ge=0, le=65535)
    database: str = Field("rasid_search", title="Database", description="This service's own Mongo database")
    retention_seconds: Retention = Field(
        RETENTION_SECONDS,
        title="Retention",
        description="How long a passage is readable, from the receipt of its first read; what is stored keeps its own",
    )
    batch_records: int = Field(
        500,
        title="Batch",
        description="The most reads that are written to the database at once",
        ge=1,
        le=5_000,
    )
    pictures_bucket: str = Field(
        "rasid-pictures",
        title="Pictures' bucket",
        description="Where ingest puts pictures; the same for both services",
    )
    media_key: SecretStr = Field(
        title="Media key",
        description="Secret (64 hex digits) that signs links to pictures and cursors; the same for all processes",
        min_length=64,
    )
