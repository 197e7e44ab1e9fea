"""Watchlist entries as they go over HTTP."""

from datetime import datetime
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from rasid.contract.alerts import Priority
from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.runtime.moments import Time
from services.alerts.bodies import Answer, Body
from services.alerts.covert import Covert
from services.alerts.entry import Entry

EXAMPLE_ENTRY: JsonDict = {
    "plate": "١٣ ا ١٢٣٤٥",
    "country": "IQ",
    "reason": "stolen-vehicle",
    "priority": "high",
    "valid_from": "2026-03-01T08:00:00.000Z",
    "valid_to": "2026-06-01T00:00:00.000Z",
}


class EntryBody(Body):
    """What an agency looks for, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ENTRY]})

    plate: str = Field(
        min_length=1,
        max_length=64,
        description="The plate in any script, with or without separators; matched in its normalized form",
    )
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="Country of the plate, ISO 3166-1 alpha-2; shown beside a match, it does not narrow it",
    )
    reason: str = Field(
        pattern="^[a-z][a-z0-9_-]{0,63}$",
        description="Reason code from the agency's list, never free text",
    )
    priority: Priority = Field("normal", description="How urgent an alert from this entry is")
    valid_from: Time | None = Field(None, description="In force from this moment; from now when left out")
    valid_to: Time | None = Field(None, description="In force until just before this moment; until ended when left out")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_to <= self.valid_from:
            message = "valid_to must be later than valid_from"
            raise ValueError(message)
        return self


class CovertBody(Body):
    """Why an entry has to be covert."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"legal_basis": "cpc-87"}]})

    legal_basis: str = Field(
        pattern="^[A-Za-z0-9][A-Za-z0-9 .:/_-]{0,63}$", description="The law that allows it, by its short name"
    )
    authorization_id: str | None = Field(
        None,
        pattern=IDENTIFIER_PATTERN,
        description="An authorization of your case that it rests on: it rings only while that is in force",
    )


class NewEntryBody(EntryBody):
    """What an agency begins to look for, and whether everybody in it may know."""

    covert: CovertBody | None = Field(
        None,
        description=(
            "Only the people of your case may know of it. It needs a `valid_to`, and looks for nothing until a senior "
            "officer who is somebody else has approved it: see `/v1/covert-entries`"
        ),
    )


class CovertAnswer(Answer):
    """What makes an entry covert, and what was decided about it."""

    legal_basis: str
    authorization_id: str | None
    state: Literal["asked", "refused", "approved"] = Field(description="It looks for nothing until it is approved")
    asked_by: str
    asked_at: datetime
    valid_until: datetime = Field(description="Until when it can be approved")
    digest: str = Field(description="Send it with the decision: it stands for exactly this")
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, covert: Covert) -> Self:
        """As shown."""
        own = {"legal_basis", "authorization_id"}
        return cls(
            legal_basis=covert.legal_basis,
            authorization_id=covert.authorization_id,
            **{name: getattr(covert.consent, name) for name in cls.model_fields if name not in own},
        )


class DecisionBody(Body):
    """What a decision is about: the digest of the request, as it was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": "0" * 64}]})

    digest: str = Field(pattern="^[0-9a-f]{64}$", description="`covert.digest` of the entry that is decided on")


class ErasedAnswer(Answer):
    """That what the entry looked for was deleted, because its authorization was never allowed."""

    at: datetime
    authorization_id: str
    alerts: int = Field(description="How many alerts of it were deleted")


class EntryAnswer(Answer):
    """A watchlist entry."""

    entry_id: str
    list_id: str
    agency: str
    case_id: str
    kind: Literal["plate"]
    plate: str = Field(description="As it was given")
    plate_normalized: str = Field(description="What reads are compared with")
    country: str | None
    reason: str
    priority: Priority
    valid_from: datetime
    valid_to: datetime | None
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    version: int = Field(description="The ETag of this entry")
    covert: CovertAnswer | None = Field(description="Null: everybody in the agency who keeps watchlists sees it")

    erased: ErasedAnswer | None = Field(description="Null, or why it names no plate any more")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """An entry as people see it."""
        terms = entry.terms
        return cls(
            entry_id=entry.entry_id,
            list_id=entry.list_id,
            agency=entry.agency,
            case_id=entry.case_id,
            kind="plate",
            plate=terms.plate_raw,
            plate_normalized=terms.plate,
            country=terms.country,
            reason=terms.reason,
            priority=terms.priority,
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            created_by=entry.created_by,
            created_at=entry.created_at,
            changed_by=entry.changed_by,
            changed_at=entry.changed_at,
            version=entry.version,
            covert=None if entry.covert is None else CovertAnswer.of(entry.covert),
            erased=None if entry.erased is None else ErasedAnswer.model_validate(entry.erased),
        )


class EntryPage(Answer):
    """Entries in the order of their ids."""

    items: list[EntryAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")
