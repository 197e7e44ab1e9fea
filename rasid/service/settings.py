"""Settings that several services have, and not all."""

from pydantic import Field, SecretStr

from rasid.runtime.settings import ProcessSettings, ServiceSettings


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
