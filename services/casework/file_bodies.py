"""The file of a case as it goes over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from services.casework.bodies import Answer, Body, Reason
from services.casework.case import Deed, Line
from services.casework.file import Entry, EntryKind, TargetKind

MAX_NOTE_CHARACTERS = 4_000

TargetId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$", examples=["c65b6096-76e6-5701-b70b-23ef55b6c97e"])
]


class NoteBody(Body):
    """A note."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "The owner has named a second vehicle."}]})

    text: str = Field(
        min_length=1,
        max_length=MAX_NOTE_CHARACTERS,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
        description="What is to be remembered; it stays as it is for ever",
    )
    corrects: str | None = Field(None, max_length=64, description="`entry_id` of the note that it corrects")


class LinkBody(Body):
    """What belongs to the case."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"target_kind": "passage", "target_id": "c65b6096-76e6-5701-b70b-23ef55b6c97e"}]
        }
    )

    target_kind: TargetKind
    target_id: TargetId = Field(description="Its id in the service that has it")


class UnlinkBody(LinkBody):
    """What does not belong to the case after all, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "target_kind": "passage",
                    "target_id": "c65b6096-76e6-5701-b70b-23ef55b6c97e",
                    "reason": "another-vehicle",
                }
            ]
        }
    )

    reason: Reason


class EntryAnswer(Answer):
    """One line of the file."""

    entry_id: str
    case_id: str
    kind: EntryKind
    at: datetime
    by: str | None = Field(description="Subject; null: the platform by itself")
    agency: str | None
    text: str | None
    corrects: str | None
    target_kind: TargetKind | None
    target_id: str | None
    reason: str | None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """As shown."""
        return cls.model_validate(entry)


class LinksAnswer(Answer):
    """The links that hold."""

    items: list[EntryAnswer]


class Moment(Answer):
    """One line of the timeline: of the file, or what was done with the case (`kind` case)."""

    line_id: str
    kind: Literal["case", "note", "link", "unlink"]
    at: datetime
    by: str | None = Field(description="Subject; null: the platform by itself")
    agency: str | None
    deed: Deed | None = Field(None, description="What was done with the case")
    about: str | None = Field(None, description="The person assigned, the agency shared with")
    until: datetime | None = None
    text: str | None = None
    corrects: str | None = None
    target_kind: TargetKind | None = None
    target_id: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, one: Entry | Line) -> Self:
        """As shown."""
        names = set(one.__struct_fields__) & set(cls.model_fields)
        given = {name: getattr(one, name) for name in names}
        if isinstance(one, Line):
            return cls(line_id=line_id(one), kind="case", **given)
        return cls(line_id=one.entry_id, **given)


class TimelinePage(Answer):
    """What happened, newest first."""

    items: list[Moment]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")


def line_id(line: Line) -> str:
    """The id of what was done with a case."""
    return f"case-{line.number:06d}"
