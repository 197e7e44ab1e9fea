"""Settings every service has. The only place, with each service's own `settings.py`, that reads the environment."""

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rasid.errors import ConfigurationError

S = TypeVar("S", bound=BaseSettings)


class ProcessSettings(BaseSettings):
    """Of every process: where it listens and what it keeps. Environment variables start with `RASID_`."""

    model_config = SettingsConfigDict(env_prefix="RASID_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", title="Listen address", description="Loopback unless something guards it")
    port: int = Field(title="Listen port", description="TCP port of this service's HTTP interface", ge=0, le=65535)
    proxies: str = Field(
        "",
        title="Proxies",
        description="Addresses or networks, with commas between, of the proxies that are believed when they say who is "
        "behind them (`X-Forwarded-For`, `X-Forwarded-Proto`); empty: nobody is",
    )
    mongo: SecretStr = Field(
        SecretStr("mongodb://127.0.0.1:27017"),
        title="MongoDB",
        description="Connection string; may hold a password, so it is never logged",
    )
    mongo_user: str = Field(
        "",
        title="MongoDB user",
        description="This process's own user; empty when the connection string names one, and for the demo, whose "
        "database asks nobody who they are",
    )
    mongo_password: SecretStr = Field(
        SecretStr(""),
        title="MongoDB password",
        description="The password of that user (SCRAM-SHA-256)",
        validate_default=True,
    )
    database: str = Field(title="Database", description="This service's own Mongo database")
    log_level: str = Field("info", title="Log level", description="debug, info, warning or error")
    store_deadline_seconds: float = Field(
        5.0,
        title="Store deadline",
        description="How long one database operation may take",
        gt=0,
    )
    drain_seconds: float = Field(
        10.0,
        title="Drain budget",
        description="How long a stop or a rebalance lets handlers finish before they are cancelled",
        gt=0,
    )
    watchdog_seconds: float = Field(
        60.0,
        title="Watchdog",
        description="The process ends when its loop has not turned, or made no progress, for this long",
        gt=0,
    )

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        """Whoever else writes these headers would be taken for whom they please, so not just anybody is named."""
        for one in value.split(",") if value.strip() else ():
            if ip_network(one.strip()).prefixlen == 0:
                message = "must be the proxies' own addresses: this network is everybody"
                raise ValueError(message)
        return value

    @field_validator("mongo_password")
    @classmethod
    def _comes_with_its_user_of_the_database(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if bool(value.get_secret_value()) is not bool(info.data.get("mongo_user")):
            message = "RASID_MONGO_USER and this are given together or not at all"
            raise ValueError(message)
        if not info.data.get("mongo_user") and "mongo" in info.data and _asks_elsewhere(info.data["mongo"]):
            message = "must be given, and RASID_MONGO_USER: without a user the database may be on this machine alone"
            raise ValueError(message)
        return value


class ServiceSettings(ProcessSettings):
    """Of a service that people and other services talk to: the bus, whose tokens it believes, how long it waits."""

    kafka: str = Field("127.0.0.1:9092", title="Kafka", description="Bootstrap servers, comma separated")
    kafka_user: str = Field(
        "",
        title="Kafka user",
        description="This service's own user; empty only for the demo, whose Kafka asks nobody who they are",
    )
    kafka_password: SecretStr = Field(
        SecretStr(""),
        title="Kafka password",
        description="The password of that user (SCRAM-SHA-512)",
        validate_default=True,
    )
    kafka_brokers: int = Field(1, title="Brokers", description="Number of brokers in the cluster", ge=1)
    publish_deadline_seconds: float = Field(
        1.5,
        title="Publish deadline",
        description="How long a publish waits for the broker's acknowledgement",
        gt=0,
    )
    session_seconds: float = Field(
        6.0,
        title="Session",
        description="A process that was killed is noticed, and its share taken over, after this long; the brokers' "
        "group.min.session.timeout.ms must not be longer",
        ge=1,
    )
    relay_lease_seconds: float = Field(
        10.0,
        title="Relay lease",
        description="After a crash, another process tells what people did once the lease stood still for so long",
        gt=0,
    )
    token_keys: Path | None = Field(
        None,
        title="Token keys",
        description="JSON Web Key Set with the public keys whose tokens are accepted; empty: the issuer publishes them",
    )
    token_issuer: str = Field(
        "rasid",
        title="Token issuer",
        description="The only accepted `iss`; without RASID_TOKEN_KEYS the https address of an OpenID Connect provider",
    )
    token_keys_refresh_seconds: float = Field(
        60.0,
        title="Token keys' refresh",
        description="How often the issuer's keys are read; sooner when a token names one that is not known",
        ge=5,
    )
    token_keys_stale_seconds: float = Field(
        3600.0,
        title="Token keys' life",
        description="How long the last good keys count while their file or their issuer cannot be read",
        ge=60,
    )
    token_mfa_acr: str = Field(
        "",
        title="acr of MFA",
        description="Values of `acr`, with commas between, by which the issuer says that two factors were proved",
    )
    token_audience: str = Field("rasid", title="Token audience", description="The only accepted `aud`")
    policy: Path | None = Field(
        None,
        title="Policy",
        description="Folder with the policy of who may do what; empty: the one that comes with this version",
    )
    person_requests_per_minute: int = Field(
        1200,
        title="Requests of a person",
        description="How many requests for personal data one person may send in a minute; see `RASID_PROCESSES`",
        ge=1,
    )
    subject_requests_per_hour: int = Field(
        600,
        title="Requests for a plate",
        description="How often one plate may be asked for here in an hour, by all together; see `RASID_PROCESSES`",
        ge=1,
    )
    processes: int = Field(
        1,
        title="Processes",
        description="How many processes of this service run beside each other: each allows its share of what one "
        "person may send, and of how often one plate may be asked for",
        ge=1,
    )
    pseudonym_key: SecretStr = Field(
        title="Pseudonym key",
        description="Secret (64 hex digits) that turns plates into the audit log's keyed pseudonyms",
        min_length=64,
    )
    seal_key: str = Field(
        title="Seal key",
        description="Oversight's public key (64 hex digits): the audit log's readable queries are sealed for it alone",
        min_length=64,
    )

    @field_validator("token_keys", "policy", mode="before")
    @classmethod
    def _is_left_empty(cls, value: object) -> object:
        """Compose gives what is not set as an empty text."""
        return value or None

    @field_validator("kafka_password")
    @classmethod
    def _comes_with_its_user(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if bool(value.get_secret_value()) is not bool(info.data.get("kafka_user")):
            message = "RASID_KAFKA_USER and this are given together or not at all"
            raise ValueError(message)
        if not info.data.get("kafka_user") and not all(map(_is_loopback, str(info.data.get("kafka", "")).split(","))):
            message = "must be given, and RASID_KAFKA_USER: without a user Kafka may be on this machine alone"
            raise ValueError(message)
        return value

    @property
    def mfa_acr(self) -> frozenset[str]:
        """The values of `acr` that stand for two factors."""
        return frozenset(value.strip() for value in self.token_mfa_acr.split(",") if value.strip())


def load(settings: type[S]) -> S:
    """Read settings from the environment; raises ConfigurationError naming each variable that is wrong or missing."""
    try:
        return settings()
    except ValidationError as error:
        prefix = str(settings.model_config.get("env_prefix", ""))
        wrong = [f"{prefix}{_name(row['loc'])}: {row['msg']}" for row in error.errors(include_input=False)]
        raise ConfigurationError(
            f"the settings are not usable: {'; '.join(wrong)}",
            "set these environment variables (docs/settings.md lists them all)",
        ) from None


def _asks_elsewhere(mongo: SecretStr) -> bool:
    """Whether a connection string names no user, and a server on another machine."""
    user, _, servers = mongo.get_secret_value().partition("://")[2].partition("/")[0].rpartition("@")
    return not user and not all(_is_loopback(one if ":" in one else f"{one}:") for one in servers.split(","))


def _is_loopback(server: str) -> bool:
    host = server.strip().rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _name(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc).upper()
