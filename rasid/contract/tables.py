"""Tables on compacted topics: each record is the whole state of its key, with a `version` that only grows.

A consumer upserts only a higher version than the one it has; a tombstone (no value) erases.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.fields import Degrees, Identifier, Location, Name, Sha256, UtcTime, Version

CameraKind = Literal["fixed", "ptz"]
CameraLifecycle = Literal["planned", "active", "maintenance", "retired"]
SiteKind = Literal["main_street", "side_street", "government", "commercial", "leisure", "other"]
PowerSource = Literal["grid", "solar", "battery"]
CaseKind = Literal["investigation", "duty", "traffic_operation", "missing_person"]
CaseLifecycle = Literal["open", "closed"]
AuthorizationLifecycle = Literal["requested", "granted", "refused", "revoked", "expired"]


class CameraStateV1(Struct, frozen=True, kw_only=True):
    """A camera as registered. Holds no credential and no address of the device.

    Attributes:
        camera_id: The camera
        site_id: Where it stands; null when it belongs to no site
        name: What people call it
        kind: Whether it can turn
        make: Brand
        model: Model
        adapter: The vendor format it sends; null: told from each payload
        time_zone: IANA zone of the device's clock, for times without an offset
        location: Where it stands
        heading_degrees: Where it looks, clockwise from north
        lanes: The lanes it sees, from the left
        pixel_density: Pixels per metre at the plate
        speed_limit_mps: Speed limit there, in metres per second
        state: Where it is in its life
        skew_seconds: How far its clock is estimated to be ahead; null while unknown
        version: Only grows
    """

    camera_id: Identifier
    site_id: Identifier | None
    name: Name = Name()
    kind: CameraKind
    make: str | None = None
    model: str | None = None
    adapter: Identifier | None = None
    time_zone: str | None = None
    location: Location | None = None
    heading_degrees: Degrees | None = None
    lanes: tuple[str, ...] = ()
    pixel_density: Annotated[float, Meta(ge=0)] | None = None
    speed_limit_mps: Annotated[float, Meta(ge=0)] | None = None
    state: CameraLifecycle
    skew_seconds: float | None = None
    version: Version


class SiteStateV1(Struct, frozen=True, kw_only=True):
    """A camera site: a pole, a gate, a junction.

    Attributes:
        site_id: The site
        name: What people call it
        sector: The part of the city it belongs to
        kind: What kind of place it is
        phase: The building phase it came with
        location: Where it is
        power_sources: What feeds it
        version: Only grows
    """

    site_id: Identifier
    name: Name = Name()
    sector: str | None = None
    kind: SiteKind
    phase: str | None = None
    location: Location | None = None
    power_sources: tuple[PowerSource, ...] = ()
    version: Version


class SharedWith(Struct, frozen=True):
    """Another agency that may use this case until a moment.

    Attributes:
        agency: The other agency
        until: From then on it may not
    """

    agency: Identifier
    until: UtcTime


class AssignedFor(Struct, frozen=True):
    """A person who may use this case, and as whose.

    Attributes:
        subject: Subject of the officer's tokens
        agency: Whose supervisor assigned them: they use the case as people of this agency alone
    """

    subject: str
    agency: Identifier


class CaseStateV1(Struct, frozen=True, kw_only=True):
    """A case: no names of persons concerned, no free text.

    Attributes:
        case_id: The case
        agency: Whose case it is
        kind: What it is for: it decides what may be asked under it
        state: Only an open case is a purpose
        assigned: Subjects of the tokens of the officers who may use it
        assigned_for: The same officers, each with the agency that assigned them; null: told before this was said
        shared_with: Other agencies that may use it
        opened_at: When it was opened
        closes_at: From then on it is closed; null: until it is closed by hand
        version: Only grows
    """

    case_id: Identifier
    agency: Identifier
    kind: CaseKind
    state: CaseLifecycle
    assigned: tuple[str, ...] = ()
    assigned_for: tuple[AssignedFor, ...] | None = None
    shared_with: tuple[SharedWith, ...] = ()
    opened_at: UtcTime
    closes_at: UtcTime | None = None
    version: Version


class AuthorizationStateV1(Struct, frozen=True, kw_only=True):
    """A permission to search for a face, or to match one live: for one case, some cameras, and named faces.

    It is in force while it is granted, from `valid_from` until just before `valid_to`, and its case open. What casework
    lets die by itself dies by `valid_to` wherever it was told.

    Attributes:
        authorization_id: The authorization
        case_id: The case it belongs to
        objective: What it is for, a code
        legal_basis: The law that allows it, by its short name
        authority: The court or prosecutor that decides
        state: Only a granted one allows anything
        valid_from: From when on
        valid_to: Until just before; brought forward while an urgent one waits for the authority
        camera_ids: The cameras it is for; empty: those in `area`
        area: The corners of the area whose cameras it is for, in order; null: `camera_ids`
        entry_ids: The gallery entries it is for
        probe_sha256: Digest of the one picture it is for; null: `entry_ids`
        is_deletion_due: Refused, or never decided by the authority: delete whatever was found under it
        version: Only grows
    """

    authorization_id: Identifier
    case_id: Identifier
    objective: str
    legal_basis: str
    authority: str
    state: AuthorizationLifecycle
    valid_from: UtcTime
    valid_to: UtcTime
    camera_ids: tuple[Identifier, ...] = ()
    area: tuple[Location, ...] | None = None
    entry_ids: tuple[str, ...] = ()
    probe_sha256: Sha256 | None = None
    is_deletion_due: bool = False
    version: Version


class CaseworkHeartbeatV1(Struct, frozen=True, kw_only=True):
    """Casework is alive: sent each second, so that staleness can be told from silence.

    Attributes:
        at: When it was sent
        version: Only grows
    """

    at: UtcTime
    version: Version
