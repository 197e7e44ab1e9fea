"""Settings that several services have, and not all."""

from typing import Annotated

from pydantic import Field, SecretStr

from rasid.runtime.settings import ProcessSettings, ServiceSettings

DAY_SECONDS = 24 * 3600
# What is read of one passage - its pictures, its alert, itself - is kept as long by every service that an installation
# gives the one RASID_RETENTION_SECONDS: three minutes for a test, and the least that is no mistake; a leap year.
LEAST_RETENTION_SECONDS = 180
MOST_RETENTION_SECONDS = 366 * DAY_SECONDS
RETENTION_SECONDS = 21.0 * DAY_SECONDS
Retention = Annotated[float, Field(ge=LEAST_RETENTION_SECONDS, le=MOST_RETENTION_SECONDS)]


class ObjectStoreAccess(ProcessSettings):
    """Of every process that reaches the object store."""

    objects: str = Field("http://127.0.0.1:9000", title="Object store", description="Address of the S3 object store")
    objects_access_key: str = Field(title="Object store access key", description="This service's own S3 credential")
    objects_secret_key: SecretStr = Field(title="Object store secret key", description="The secret of that credential")
    objects_connections: int = Field(
        8,
        title="Object store connections",
        description="Connections to the object store, and threads that use them",
        ge=1,
    )


class ObjectStoreSettings(ObjectStoreAccess, ServiceSettings):
    """Of a service that puts or reads pictures or clips."""
