"""What goes out over HTTP, as documented in OpenAPI. What comes in is `SiteEdit` and `CameraEdit` of `registry.py`."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from services.ingest.credential_desk import IssuedCredential
from services.ingest.intake import Outcome
from services.ingest.payload.reading import Refusal
from services.ingest.registrar import ImportReport
from services.ingest.registry import EXAMPLE_CAMERA, EXAMPLE_SITE, CameraEdit, CredentialNote, Entry, SiteEdit
from services.ingest.registry_text import Encoding

EXAMPLE_EVENT_ID = "3f0f2f3e-8f1d-5a57-9e0e-0f4a8f1f6c1b"


class Answer(BaseModel):
    """A body that goes out. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(from_attributes=True)


class RefusedPart(Answer):
    """A part of a payload that no event could be made of; it is kept as a dead letter."""

    type: str = Field(examples=["urn:rasid:problem:time-missing"])
    title: str = "This part could not be understood"
    detail: str = Field(description="What is wrong with it, for whoever sets the camera up")

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """A refusal as cameras' engineers see it."""
        return cls(type=f"urn:rasid:problem:{refusal.reason.replace('_', '-')}", detail=refusal.detail)


class EventsAnswer(Answer):
    """Everything named here is durable. It describes what `of` writes, which is on the path of every read."""

    accepted: list[str] = Field(description="Ids of the events made of the payload", examples=[[EXAMPLE_EVENT_ID]])
    refused: list[RefusedPart]
    warnings: list[str] = Field(description="Short stable codes", examples=[["time_zone_suspicious"]])

    @staticmethod
    def of(outcome: Outcome) -> dict[str, Any]:
        """What became of a post, ready to be written as JSON."""
        refused = [RefusedPart.of(refusal).model_dump() for refusal in outcome.refused]
        return {"accepted": outcome.accepted, "refused": refused, "warnings": outcome.warnings}


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
                "credential": {"issued_at": "2026-03-01T08:00:00Z", "previous_valid_until": None},
                "version": 8,
            },
        },
    )

    camera_id: str
    skew_seconds: float | None = Field(description="How far its clock is ahead, as estimated; null: not known")
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


class CredentialAnswer(Answer):
    """Shown this once: type it into the camera's own page."""

    camera_id: str = Field(examples=["bridge-in"])
    username: str = Field(examples=["bridge-in"])
    password: str = Field(description="160 random bits", examples=["mfrggzdfmztwq2lkmfrggzdfmztwq2lk"])
    issued_at: datetime
    previous_valid_until: datetime | None = Field(description="Until then the credential before it works as well")

    @classmethod
    def of(cls, issued: IssuedCredential) -> Self:
        """A credential that has just been made."""
        return cls(camera_id=issued.holder, **_shown(issued))


class SiteCredentialAnswer(Answer):
    """Shown this once: type it into the page of the site's power and link controller."""

    site_id: str = Field(examples=["bridge"])
    username: str = Field(examples=["bridge"])
    password: str = Field(description="160 random bits", examples=["mfrggzdfmztwq2lkmfrggzdfmztwq2lk"])
    issued_at: datetime
    previous_valid_until: datetime | None = Field(description="Until then the credential before it works as well")

    @classmethod
    def of(cls, issued: IssuedCredential) -> Self:
        """A credential that has just been made."""
        return cls(site_id=issued.holder, **_shown(issued))


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
    """The senders that this process has refused since it started: the latest 500, the latest first."""

    items: list[StrangerAnswer]


class PullStatusAnswer(Answer):
    """How it stands with one camera that is asked."""

    camera_id: str
    protocol: str = Field(description="hikvision, dahua or onvif")
    state: str = Field(description="connecting, connected, or waiting before it is tried again")
    since: datetime
    reason: str | None = Field(
        description="unreachable, refused, not_a_stream, silent, cut, too_large, no_credential or fault"
    )
    why: str | None = Field(description="The same in words, for whoever sets the camera up")
    tries: int = Field(description="Failures in a row")
    last_event_at: datetime | None = Field(description="When something of it was last made durable")


class PullsAnswer(Answer):
    """The cameras that this process asks, in the order of their identifiers."""

    items: list[PullStatusAnswer]


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


def _shown(issued: IssuedCredential) -> dict[str, Any]:
    return {
        "username": issued.username,
        "password": issued.password,
        "issued_at": issued.issued_at,
        "previous_valid_until": issued.previous_valid_until,
    }


def _note(note: CredentialNote | None) -> CredentialNoteAnswer | None:
    return None if note is None else CredentialNoteAnswer.model_validate(note)
