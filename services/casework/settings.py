"""What an administrator can set for casework, beside what every service has."""

from pydantic import Field

from rasid.runtime.settings import ServiceSettings

SERVICE = "casework"


class CaseworkSettings(ServiceSettings):
    """Settings of casework, read from environment variables that start with `RASID_`."""

    port: int = Field(8805, title="Listen port", description="TCP port of the HTTP interface", ge=0, le=65535)
    database: str = Field("rasid_casework", title="Database", description="This service's own Mongo database")
    relay_lease_seconds: float = Field(
        3.0,
        title="Relay lease",
        description="After a crash, what people decided is told by another process no later than this; a revocation is "
        "promised within 5 s",
        gt=0,
        le=5,
    )
    untold_seconds: float = Field(
        1.0,
        title="Untold",
        description="Casework says that it is alive only while nothing that was decided waits this long to be told; a "
        "beat (1 s), this and the 3 s after which others pause faces are the 5 s that a revocation has",
        gt=0,
        le=1,
    )
    duty_longest_days: float = Field(
        31.0,
        title="Longest duty",
        description="How far from now a duty case may end; it always has an end",
        gt=0,
    )
    authorization_longest_days: float = Field(
        31.0,
        title="Longest authorization",
        description="For how long an authorization to search for a face may be asked for",
        gt=0,
    )
    approval_hours: float = Field(
        24.0,
        title="Approval",
        description="How long a second person has to decide about an authorization; then it must be asked for again",
        gt=0,
    )
    urgent_request_hours: float = Field(
        24.0,
        title="Urgent request",
        description="An urgent authorization dies this long after its approval unless it lies with the authority",
        gt=0,
    )
    urgent_decision_hours: float = Field(
        48.0,
        title="Urgent decision",
        description="An urgent authorization dies this long after its approval unless the authority has decided",
        gt=0,
    )
    share_longest_days: float = Field(
        366.0,
        title="Longest share",
        description="How far from now the sharing of a case with another agency may end; it always has an end",
        gt=0,
    )
