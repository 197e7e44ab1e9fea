"""What an administrator can set for the alerts service, beside what every service has."""

from pydantic import Field

from rasid.runtime.settings import ServiceSettings
from rasid.service.settings import DAY_SECONDS, RETENTION_SECONDS, Retention

SERVICE = "alerts"


class AlertsSettings(ServiceSettings):
    """Settings of the alerts service, read from environment variables that start with `RASID_`."""

    port: int = Field(8802, title="Listen port", description="TCP port of the HTTP interface", ge=0, le=65535)
    database: str = Field("rasid_alerts", title="Database", description="This service's own Mongo database")
    ring_age_seconds: float = Field(
        60.0,
        title="Ringing age",
        description="A read older than this, its camera's clock skew taken off, is historic and does not ring as live",
        gt=0,
    )
    future_tolerance_seconds: float = Field(
        10.0,
        title="Future tolerance",
        description="How far ahead of its arrival a read may lie before its camera's clock is called wrong",
        ge=0,
    )
    passage_window_seconds: float = Field(
        120.0,
        title="Passage window",
        description="Reads of one plate within this long of an alert's first read belong to that alert",
        gt=0,
    )
    retention_seconds: Retention = Field(
        RETENTION_SECONDS,
        title="Retention",
        description="How long an alert is readable, from the receipt of its first read",
    )
    clip_before_seconds: float = Field(
        10.0,
        title="Clip before",
        description="How much before the moment a vehicle passed the clip of its alert begins",
        ge=0,
    )
    clip_after_seconds: float = Field(
        20.0,
        title="Clip after",
        description="How much after that moment the clip ends",
        gt=0,
    )
    clip_longest_seconds: float = Field(
        600.0,
        title="Longest clip",
        description="The longest window a person may ask a clip of",
        gt=0,
    )
    clip_reach_seconds: float = Field(
        3600.0,
        title="Reach of clips",
        description="How far before and after an alert a person may ask for clips of its cameras",
        gt=0,
    )
    covert_seconds: float = Field(
        30.0 * DAY_SECONDS,
        title="Longest covert entry",
        description="A covert entry ends by itself at most this long after it was asked for",
        gt=0,
    )
    covert_approval_seconds: float = Field(
        1.0 * DAY_SECONDS,
        title="Covert entry's request",
        description="How long the request for a covert entry can be approved",
        gt=0,
    )
    settled_seconds: float = Field(
        4.0 * DAY_SECONDS,
        title="Settled hits kept",
        description="How long settled sightings are remembered; longer than the detections topic keeps its reads",
        gt=0,
    )
    settled_sightings: int = Field(
        1_000,
        title="Settled sightings kept",
        description="How many sightings of one plate are remembered for one entry, however short the time",
        ge=10,
    )
    ended_entries_seconds: float = Field(
        3.0 * DAY_SECONDS,
        title="Ended entries kept in memory",
        description="How long an ended entry still matches reads that were taken before it ended and come late",
        ge=0,
    )
    live_window_events: int = Field(
        10_000,
        title="Live window",
        description="How many events of the alerts topic a listener can resume over",
        ge=1,
    )
    live_queue_events: int = Field(
        1_000,
        title="Live queue",
        description="A listener with more events than this waiting is cut, and resumes",
        ge=1,
    )
    live_ping_seconds: float = Field(
        15.0,
        title="Live ping",
        description="How often a quiet live stream shows that it is alive",
        gt=0,
    )
