"""Tables on compacted topics: each record is the whole state of its key, with a `version` that only grows.

A consumer upserts only a higher version than the one it has; a tombstone (no value) erases.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.fields import Identifier, Location, Name, UtcTime, Version

CameraKind = Literal["fixed", "ptz"]
CameraLifecycle = Literal["planned", "active", "maintenance", "retired"]
SiteKind = Literal["main_street", "side_street", "government", "commercial", "leisure", "other"]
PowerSource = Literal["grid", "solar", "battery"]
CaseKind = Literal["investigation", "duty", "traffic_operation", "missing_person"]
CaseLifecycle = Literal["open", "closed"]


class CameraStateV1(Struct, frozen=True, kw_only=True):
    """A camera as registered. Holds no credential and no address of the device."""

    camera_id: Identifier
    site_id: Identifier | None
    name: Name = Name()
    kind: CameraKind
    make: str | None = None
    model: str | None = None
    adapter: Identifier | None = None
    time_zone: str | None = None
    location: Location | None = None
    heading_degrees: Annotated[float, Meta(ge=0, le=360)] | None = None
    lanes: tuple[str, ...] = ()
    pixel_density: Annotated[float, Meta(ge=0, description="pixels per metre at the plate")] | None = None
    speed_limit_mps: Annotated[float, Meta(ge=0)] | None = None
    state: CameraLifecycle
    skew_seconds: float | None = None
    version: Version


class SiteStateV1(Struct, frozen=True, kw_only=True):
    """A camera site: a pole, a gate, a junction."""

    site_id: Identifier
    name: Name = Name()
    sector: str | None = None
    kind: SiteKind
    phase: str | None = None
    location: Location | None = None
    power_sources: tuple[PowerSource, ...] = ()
    version: Version


class SharedWith(Struct, frozen=True):
    """Another agency that may use this case until a moment."""

    agency: Identifier
    until: UtcTime


class CaseStateV1(Struct, frozen=True, kw_only=True):
    """A case: no names of persons concerned, no free text. `assigned` holds the subjects of officers' tokens."""

    case_id: Identifier
    agency: Identifier
    kind: CaseKind
    state: CaseLifecycle
    assigned: tuple[str, ...] = ()
    shared_with: tuple[SharedWith, ...] = ()
    opened_at: UtcTime
    closes_at: UtcTime | None = None
    version: Version


class CaseworkHeartbeatV1(Struct, frozen=True, kw_only=True):
    """Casework is alive: sent each second, so that staleness can be told from silence."""

    at: UtcTime
    version: Version
