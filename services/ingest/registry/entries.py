"""Sites and cameras as people register them: what may be said of them, and the table row it becomes. No IO."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Self, TypeVar

import msgspec
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.tables import (
    CameraKind,
    CameraLifecycle,
    CameraStateV1,
    PowerSource,
    SiteKind,
    SiteStateV1,
)
from services.ingest.devices import PullProtocol
from services.ingest.pull_address import why_not
from services.ingest.registry.examples import EXAMPLE_CAMERA, EXAMPLE_SITE
from services.ingest.registry.values import Address, Key, OneOfSeveral, Text, TimeZone, TopicFilter

SOURCE = "/ingest/registry"

KindName = Literal["cameras", "sites"]
SiteConnection = Literal["fibre", "copper", "radio", "cellular", "satellite", "other"]


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NameEdit(_Edit):
    """A name in the languages it has been given in."""

    ar: Text | None = None
    fr: Text | None = None
    en: Text | None = None


class LocationEdit(_Edit):
    """Where it stands: WGS 84 degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)

    @model_validator(mode="after")
    def _is_a_place(self) -> Self:
        if self.latitude == 0 and self.longitude == 0:
            raise ValueError("0/0 is what devices say when no position is set: leave it out instead")
        return self


class EntryEdit(_Edit):
    """What a person says about one entry of the registry."""


class SiteEdit(EntryEdit):
    """What a person says about a site: a pole, a gate, a junction."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_SITE})

    name: NameEdit = NameEdit()
    sector: Text | None = Field(None, description="The part of the city it belongs to")
    kind: SiteKind
    phase: Text | None = Field(None, description="The phase of the roll-out it was built in")
    location: LocationEdit | None = None
    power_sources: tuple[PowerSource, ...] = Field((), max_length=3)
    link: SiteConnection | None = Field(None, description="What connects it to the control room")
    mqtt_topic: TopicFilter | None = Field(
        None,
        description="MQTT topic its power and link controller reports on, with + and # as in a subscription",
    )


class CameraEdit(EntryEdit):
    """What a person says about a camera. It holds no credential; its address and serial stay in this service."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE_CAMERA})

    site_id: Key | None = Field(None, description="A registered site; null when it has none")
    name: NameEdit = NameEdit()
    kind: CameraKind
    make: Text | None = None
    model: Text | None = None
    serial: Text | None = Field(None, description="As the maker prints it: tells cameras apart that share a connection")
    address: Address | None = Field(
        None,
        description="IP address or host name of the device, where it is asked or recognized by it",
    )
    mqtt_topic: TopicFilter | None = Field(
        None,
        description="MQTT topic its messages come on, with + and # as in a subscription",
    )
    channel: Text | None = Field(
        None,
        description="What a program that speaks for several cameras over MQTT calls this one",
    )
    pull: PullProtocol | None = Field(
        None,
        description="How Rasid asks it for its events, at its address; null: it sends them by itself",
    )
    pull_port: int | None = Field(None, ge=1, le=65535, description="TCP port it is asked at; null: 80")
    adapter: Key | None = Field(None, description="Its payloads' format; null: told from each payload")
    time_zone: TimeZone | None = Field(
        None,
        description="What the camera's own clock is set to, as an IANA name",
    )
    location: LocationEdit | None = None
    heading_degrees: float | None = Field(None, ge=0, le=360, description="Where it looks; 0 is north, 90 east")
    lanes: tuple[OneOfSeveral, ...] = Field((), max_length=16)
    pixel_density: float | None = Field(None, ge=0, description="Pixels per metre at the plate")
    speed_limit_mps: float | None = Field(None, ge=0, description="Metres per second")
    presets: tuple[OneOfSeveral, ...] = Field(
        (),
        max_length=64,
        description="Names of the views of a camera that turns",
    )
    state: CameraLifecycle = Field("active", description="`retired` is the end: it may not post any more")

    @model_validator(mode="after")
    def _has_an_address_to_be_asked_at(self) -> Self:
        if self.pull is not None and self.address is None:
            raise ValueError("give the address that it is asked at, or leave pull out")
        return self


E = TypeVar("E", bound=EntryEdit)


@dataclass(frozen=True, slots=True)
class Kind(Generic[E]):
    """One of the two tables. `name` is its collection and the last part of its addresses."""

    name: KindName
    noun: Literal["camera", "site"]
    edit: type[E]
    state: type[Struct]

    @property
    def key(self) -> str:
        """The field that identifies a row: `camera_id` or `site_id`."""
        return f"{self.noun}_id"


CAMERAS: Kind[CameraEdit] = Kind(name="cameras", noun="camera", edit=CameraEdit, state=CameraStateV1)
SITES: Kind[SiteEdit] = Kind(name="sites", noun="site", edit=SiteEdit, state=SiteStateV1)


@dataclass(frozen=True, slots=True)
class CredentialNote:
    """What may be said of a camera's credential: never what it is."""

    issued_at: datetime
    previous_valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Entry(Generic[E]):
    """One registered camera or site.

    `version` numbers its states and `changed` every change, also one of its credential. Both come from one counter of
    the whole registry: they only grow, also when an entry is lost and made again, and have gaps. `state_at`: since when
    a camera is in the state it is in; None: of a site, or since before this was kept.
    """

    key: str
    version: int
    changed: int
    edit: E
    skew_seconds: float | None = None
    state_at: datetime | None = None
    credential: CredentialNote | None = None


def in_state_since(before: Entry[E] | None, edit: E, now: datetime) -> datetime | None:
    """Since when what is written now is in its state."""
    if not isinstance(edit, CameraEdit):
        return None
    is_as_before = before is not None and isinstance(before.edit, CameraEdit) and before.edit.state == edit.state
    return before.state_at if before is not None and is_as_before else now


def state_event(kind: Kind[E], entry: Entry[E], at: datetime) -> Event[Struct]:
    """The row of the table on the bus; the same change always has the same id."""
    row: dict[str, Any] = entry.edit.model_dump(mode="json") | {kind.key: entry.key, "version": entry.version}
    if kind.noun == "camera":
        row["skew_seconds"] = entry.skew_seconds
    event_id = caused_id(f"{kind.noun}:{entry.key}", str(entry.version))
    return new_event(event_id, SOURCE, at, msgspec.convert(row, kind.state))


class Known(Struct, frozen=True):
    """What a camera may name: sites, adapters, and whether this machine itself may be asked for events (a test)."""

    site_ids: frozenset[str] = frozenset()
    adapters: frozenset[str] = frozenset()
    is_loopback_asked: bool = False


def unasked_address(edit: EntryEdit, known: Known) -> list[tuple[str, str]]:
    """The address of a camera that is to be asked where Rasid asks none, with a sentence."""
    if not isinstance(edit, CameraEdit) or edit.pull is None or edit.address is None:
        return []
    why = why_not(edit.address, loopback=known.is_loopback_asked)
    return [] if why is None else [("address", why)]


def unknown_references(edit: EntryEdit, known: Known) -> list[tuple[str, str]]:
    """Fields that name something that is not there, each with a sentence."""
    if not isinstance(edit, CameraEdit):
        return []
    wrong = []
    if edit.site_id is not None and edit.site_id not in known.site_ids:
        wrong.append(("site_id", "there is no such site: register it first"))
    if edit.adapter is not None and edit.adapter not in known.adapters:
        wrong.append(("adapter", f"there is no such adapter: use one of {', '.join(sorted(known.adapters))}"))
    return wrong
