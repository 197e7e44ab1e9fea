"""Cases as they go over HTTP."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from rasid.contract.tables import CaseKind, CaseLifecycle
from rasid.runtime.moments import Time
from services.casework.bodies import Answer, Body, Identifier, Reason, Subject
from services.casework.case import MAX_ASSIGNED, Case, Deed

EXAMPLE_CASE: JsonDict = {
    "kind": "investigation",
    "reference": "2026/1187",
    "offence": "vehicle-theft",
    "assigned": ["officer.amal"],
    "closes_at": "2026-09-01T00:00:00.000Z",
}
CLOSES_AT = "Nobody may use it from then on; a duty case must have it"


class CaseBody(Body):
    """A case to open."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_CASE]})

    case_id: Identifier | None = Field(
        None, description="Its id; made when left out. It goes into every audit record: it must not name anybody"
    )
    kind: CaseKind = Field(description="What it is for: it decides what may be asked under it")
    reference: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$",
        description="The number your agency's own files have it under",
    )
    offence: Reason | None = Field(None, description="Code of the offence it is about; the public report counts it")
    assigned: Annotated[tuple[Subject, ...], Field(strict=False, max_length=MAX_ASSIGNED)] = Field(
        (), description="Who may use it, beside whoever is assigned later. Not yourself"
    )
    closes_at: Time | None = Field(None, description=CLOSES_AT)


class PersonBody(Body):
    """Who is meant."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"subject": "officer.amal"}]})

    subject: Subject


class ShareBody(Body):
    """With whom a case is shared, and until when."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agency": "intelligence", "until": "2026-04-01T00:00:00Z"}]}
    )

    agency: Identifier = Field(description="The other agency; its supervisors assign their own people")
    until: Time = Field(description="From then on it may not use the case, by itself")


class AgencyBody(Body):
    """Which agency is meant."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"agency": "intelligence"}]})

    agency: Identifier


class CloseBody(Body):
    """Why a case is closed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "solved"}]})

    reason: Reason


class EndBody(Body):
    """Another end, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "new-evidence", "closes_at": "2026-12-01T00:00:00Z"}]}
    )

    reason: Reason
    closes_at: Time | None = Field(None, description=CLOSES_AT)


class AssignmentAnswer(Answer):
    """A person who may use the case."""

    subject: str
    agency: str = Field(description="Whose supervisor assigned them")
    by: str
    at: datetime


class ShareAnswer(Answer):
    """Another agency that may use the case."""

    agency: str
    until: datetime = Field(description="From then on it may not")
    by: str
    at: datetime


class LineAnswer(Answer):
    """What was done with the case. Lines are added, never changed."""

    version: int
    deed: Deed
    at: datetime
    by: str | None = Field(description="Subject; null: the platform by itself")
    agency: str | None
    about: str | None = Field(description="The person assigned, the agency shared with")
    until: datetime | None
    reason: str | None


class CaseAnswer(Answer):
    """A case."""

    case_id: str
    agency: str
    kind: CaseKind
    state: CaseLifecycle
    reference: str | None
    offence: str | None
    assigned: list[AssignmentAnswer]
    shared_with: list[ShareAnswer]
    opened_by: str
    opened_at: datetime
    closes_at: datetime | None
    version: int = Field(description="The ETag of this case. It only grows, and not by one")

    @classmethod
    def of(cls, case: Case) -> Self:
        """As shown."""
        return cls.model_validate(case)


class CaseWithHistory(CaseAnswer):
    """A case, and all that was done with it."""

    history: list[LineAnswer]


class CasePage(Answer):
    """Cases, newest first."""

    items: list[CaseAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")
