"""What the registry's routes answer, as documented in OpenAPI. What comes in is `SiteEdit` and `CameraEdit`."""

from datetime import datetime
from typing import Literal, Self

import msgspec
from pydantic import ConfigDict, Field, JsonValue

from services.ingest.answer import Answer
from services.ingest.registry.entries import CameraEdit, CredentialNote, Entry, KindName, SiteEdit
from services.ingest.registry.examples import EXAMPLE_CAMERA, EXAMPLE_SITE
from services.ingest.registry.history import Change, What
from services.ingest.registry.registrar import ImportReport
from services.ingest.registry.text import Encoding


class SiteAnswer(SiteEdit):
    """A site as registered."""

    model_config = ConfigDict(json_schema_extra={"example": {**EXAMPLE_SITE, "site_id": "bridge", "version": 7}})

    site_id: str
    version: int = Field(description="The ETag of this site; only grows, with gaps")

    @classmethod
    def of(cls, entry: Entry[SiteEdit]) -> Self:
        """An entry as people see it."""
        return cls.model_validate({**dict(entry.edit), "site_id": entry.key, "version": entry.version})


class CredentialNoteAnswer(Answer):
    """That a camera has a credential; never what it is."""

    issued_at: datetime
    previous_valid_until: datetime | None = Field(description="How long the one before it still works")


class CameraAnswer(CameraEdit):
    """A camera as registered."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **EXAMPLE_CAMERA,
                "camera_id": "bridge-in",
                "skew_seconds": None,
                "state_at": "2026-03-01T08:00:00Z",
                "credential": {"issued_at": "2026-03-01T08:00:00Z", "previous_valid_until": None},
                "version": 8,
            },
        },
    )

    camera_id: str
    skew_seconds: float | None = Field(description="How far its clock is ahead, as estimated; null: not known")
    state_at: datetime | None = Field(description="Since when it is in its state; null: since before this was kept")
    credential: CredentialNoteAnswer | None = Field(description="Null: it has none and may not post")
    version: int = Field(description="The ETag of this camera; only grows, with gaps")

    @classmethod
    def of(cls, entry: Entry[CameraEdit]) -> Self:
        """An entry as people see it."""
        return cls.model_validate(
            {
                **dict(entry.edit),
                "camera_id": entry.key,
                "skew_seconds": entry.skew_seconds,
                "state_at": entry.state_at,
                "credential": _note(entry.credential),
                "version": entry.version,
            },
        )


class SitePage(Answer):
    """Sites in the order of their identifiers."""

    items: list[SiteAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")


class CameraPage(Answer):
    """Cameras in the order of their identifiers."""

    items: list[CameraAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")


class IssuedCredentialAnswer(Answer):
    """Shown this once: type it into the device's own page."""

    username: str = Field(examples=["bridge-in"])
    password: str = Field(description="160 random bits", examples=["mfrggzdfmztwq2lkmfrggzdfmztwq2lk"])
    issued_at: datetime
    previous_valid_until: datetime | None = Field(description="Until then the credential before it works as well")


class CredentialAnswer(IssuedCredentialAnswer):
    """Shown this once: type it into the camera's own page."""

    camera_id: str = Field(examples=["bridge-in"])


class SiteCredentialAnswer(IssuedCredentialAnswer):
    """Shown this once: type it into the page of the site's power and link controller."""

    site_id: str = Field(examples=["bridge"])


class StrangerAnswer(Answer):
    """A sender that was refused, for one reason."""

    claimed: str | None = Field(description="The identifier it used; null when it used none that could be one")
    peer: str | None = Field(
        description="Where it came from; behind a proxy that is the proxy", examples=["192.0.2.17"]
    )
    reason: str = Field(description="unknown_camera, bad_credential, other_camera or retired")
    count: int = Field(description="How often")
    first_at: datetime
    last_at: datetime


class StrangersAnswer(Answer):
    """The senders that one process has refused since it started: the latest 500, the latest first.

    Every ingest process has its own: behind a proxy, ask until each has answered, or ask each at its own address.
    """

    process: str = Field(description="Which one answered: its machine's name and its port", examples=["ingest-1:8801"])
    since: datetime = Field(description="When it started")
    items: list[StrangerAnswer]


class AuthorAnswer(Answer):
    """Who changed something."""

    subject: str = Field(description="The subject of their token")
    agency: str


class FieldChange(Answer):
    """A field's value before and after; null: it had none."""

    before: JsonValue
    after: JsonValue


class ChangeAnswer(Answer):
    """One change of one entry."""

    number: int = Field(description="Only grows over the whole registry, with gaps")
    kind: KindName
    identifier: str = Field(description="The camera or site", examples=["bridge-in"])
    at: datetime
    by: AuthorAnswer
    what: What
    fields: dict[str, FieldChange] = Field(description="The fields that changed; of something new, those it was given")

    @classmethod
    def of(cls, change: Change) -> Self:
        """A change as administrators see it."""
        return cls.model_validate({**msgspec.structs.asdict(change), "identifier": change.key})


class HistoryPage(Answer):
    """Changes, the latest first."""

    items: list[ChangeAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")


class RowProblemAnswer(Answer):
    """Why a row was not taken."""

    row: int = Field(description="As a spreadsheet counts: the header is row 1")
    field: str | None = Field(description="The column; null when the row as a whole is wrong")
    problem: str


class ImportAnswer(Answer):
    """What an import did, or would do. A row is taken wholly or not at all."""

    kind: Literal["cameras", "sites"]
    encoding: Encoding = Field(description="What the file's text was taken for: look at a name before you write")
    dry_run: bool = Field(description="Nothing was written")
    created: int
    changed: int
    unchanged: int
    problems: list[RowProblemAnswer]

    @classmethod
    def of(cls, report: ImportReport) -> Self:
        """A report as people see it."""
        return cls.model_validate(report)


def _note(note: CredentialNote | None) -> CredentialNoteAnswer | None:
    return None if note is None else CredentialNoteAnswer.model_validate(note)
