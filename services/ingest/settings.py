"""What an administrator can set for ingest, beside what every service has."""

from pathlib import Path

from pydantic import Field, SecretStr

from rasid.service.settings import RETENTION_SECONDS, ObjectStoreSettings, Retention

SERVICE = "ingest"
MIB = 1024 * 1024
HOUR_SECONDS = 3600


class IngestSettings(ObjectStoreSettings):
    """Settings of ingest, read from environment variables that start with `RASID_`."""

    port: int = Field(8801, title="Listen port", description="TCP port of the HTTP interface", ge=0, le=65535)
    database: str = Field("rasid_ingest", title="Database", description="This service's own Mongo database")
    pictures_bucket: str = Field("rasid-pictures", title="Pictures", description="Bucket of the cameras' pictures")
    retention_seconds: Retention = Field(
        RETENTION_SECONDS,
        title="Retention of pictures",
        description="How long a picture is readable, from its receipt; what is stored keeps its own",
    )
    faces_retention_seconds: Retention = Field(
        72.0 * HOUR_SECONDS,
        title="Retention of faces' pictures",
        description="The same for pictures of faces: the period of faces that match nothing",
    )
    picture_deadline_seconds: float = Field(
        0.3,
        title="Picture deadline",
        description="How long an event waits for its gathered pictures to be stored before they are kept in the spool",
        gt=0,
    )
    picture_linger_seconds: float = Field(
        0.1,
        title="Gathering pictures",
        description="How long pictures of different posts are gathered into one object before it is put",
        ge=0,
        le=1,
    )
    spool: Path = Field(
        Path(".rasid/ingest-spool"),
        title="Spool",
        description="Folder on a local disk for what waits for Kafka or the object store; each process takes a part",
    )
    spool_bytes: int = Field(
        2048 * MIB,
        title="Size of the spool",
        description="How much one process keeps there; beyond it posts are answered 503",
        ge=MIB,
    )
    spool_per_second: float = Field(
        500.0,
        title="Rate of the spool",
        description="How many events a second go from there to Kafka once it is back, beside those that come",
        gt=0,
    )
    spool_pictures_bytes: int = Field(
        4096 * MIB,
        title="Size of the pictures' spool",
        description="How many bytes of pictures one process keeps there while the object store is away or slow",
        ge=MIB,
    )
    spool_pictures_per_second: float = Field(
        50.0,
        title="Rate of the pictures' spool",
        description="How many packs of pictures a second go from there to the object store, beside what comes",
        gt=0,
    )
    nonce_key: SecretStr = Field(
        title="Nonce key",
        description="Secret (64 hex digits) of Digest nonces, the same for every ingest process of an installation",
        min_length=64,
    )
    nonce_seconds: float = Field(
        300.0,
        title="Nonce lifetime",
        description="How long a camera may answer one Digest challenge",
        gt=0,
    )
    credential_overlap_seconds: float = Field(
        900.0,
        title="Credential overlap",
        description="How long a camera's former password still works after a new one was made",
        ge=0,
    )
    body_bytes: int = Field(10 * MIB, title="Largest payload", description="A larger post is answered 413", ge=1)
    body_seconds: float = Field(
        30.0,
        title="Payload deadline",
        description="A post that has not arrived after this long is answered 408",
        gt=0,
    )
    camera_key: SecretStr | None = Field(
        None,
        title="Key of camera credentials",
        description="Secret (64 hex digits) by which the credentials of cameras that Rasid asks are sealed at rest, "
        "the same for every ingest process; unset: none can be given",
        min_length=64,
    )
    pulled_cameras: int = Field(
        1000,
        title="Cameras asked",
        description="How many cameras this process asks for their events at most; others are left to other processes",
        ge=0,
    )
    pull_silence_seconds: float = Field(
        60.0,
        title="Silence of a camera",
        description="A camera that is asked and says nothing for this long, not even a sign of life, is asked anew",
        gt=0,
    )
    pull_part_bytes: int = Field(
        4 * MIB,
        title="Largest part",
        description="One part of what a camera that is asked sends, an event or a picture, may have so many bytes",
        ge=1024,
    )
    pull_loopback: bool = Field(
        default=False,
        title="Cameras on this machine",
        description="Whether a camera may be asked at a loopback address: on a test machine only",
    )
    viid_life_seconds: float = Field(
        300.0,
        title="GA/T 1400 registration",
        description="How long a registered device (GA/T 1400) may be without a sign of life before it registers anew",
        gt=0,
    )
    tattile_port: int | None = Field(
        None,
        title="Tattile port",
        description="TCP port that Tattile cameras connect to; unset: nothing listens",
        ge=0,
        le=65535,
    )
    tattile_connections: int = Field(
        1000,
        title="Tattile connections",
        description="Connections of Tattile cameras at the same time; further ones are closed",
        ge=1,
    )
    mqtt: str | None = Field(
        None,
        title="MQTT broker",
        description="Where cameras publish: mqtt://host:1883 or mqtts://host:8883; unset: nothing is subscribed to",
    )
    mqtt_user: str | None = Field(None, title="MQTT user", description="This service's own user at the broker")
    mqtt_password: SecretStr | None = Field(None, title="MQTT password", description="The password of that user")
    mqtt_client_id: str = Field(
        "rasid-ingest",
        title="MQTT session",
        description="Name of the session that the broker keeps; only one process may have it at the same time",
        min_length=1,
        max_length=64,
    )
    bodies_bytes: int = Field(
        256 * MIB,
        title="Memory for payloads",
        description="Bytes of payloads held at the same time; beyond it posts are answered 503",
        ge=1,
    )
