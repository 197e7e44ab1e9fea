"""Authorizations as they go over HTTP."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from rasid.contract.fields import Location
from rasid.contract.tables import AuthorizationLifecycle
from rasid.runtime.moments import Time
from services.casework.authorization import Authorization, AuthorizationDeed, Terms
from services.casework.bodies import Answer, Body, Identifier, Reason

MAX_CAMERAS = 1_000
MAX_ENTRIES = 100
MAX_CORNERS = 50
MIN_CORNERS = 3
EXAMPLE: JsonDict = {
    "objective": "find-missing-person",
    "legal_basis": "code-of-criminal-procedure-art-74",
    "authority": "investigating-judge-2",
    "decision_number": "2026/311",
    "valid_to": "2026-04-01T00:00:00.000Z",
    "camera_ids": ["bridge-in"],
    "probe_sha256": "0" * 64,
}

Code = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9._-]{0,99}$")]
Number = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$", examples=["2026/311"])]


class Corner(Body):
    """A corner of an area, in WGS 84 degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class AuthorizationBody(Body):
    """What an authorization is asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    objective: Reason = Field(description="What it is for, a code")
    legal_basis: Code = Field(description="The law that allows it, by its short name")
    authority: Code = Field(description="The court or prosecutor that decides")
    decision_number: Number | None = Field(
        None, description="The authority's decision; only an urgent one has none yet"
    )
    is_urgent: bool = Field(
        default=False, description="Life or limb cannot wait for the authority: it dies by itself unless that decides"
    )
    valid_from: Time | None = Field(None, description="In force from this moment; from now when left out")
    valid_to: Time = Field(description="In force until just before this moment")
    camera_ids: Annotated[tuple[Identifier, ...], Field(strict=False, max_length=MAX_CAMERAS)] = Field(
        (), description="The cameras it is for, or else `area`"
    )
    area: Annotated[tuple[Corner, ...], Field(strict=False, min_length=MIN_CORNERS, max_length=MAX_CORNERS)] | None = (
        Field(None, description="Corners of the area whose cameras it is for, in order, or else `camera_ids`")
    )
    entry_ids: Annotated[tuple[Identifier, ...], Field(strict=False, max_length=MAX_ENTRIES)] = Field(
        (), description="The gallery entries it is for, or else `probe_sha256`"
    )
    probe_sha256: str | None = Field(
        None, pattern="^[0-9a-f]{64}$", description="Digest of the one picture it is for, or else `entry_ids`"
    )

    @model_validator(mode="after")
    def _is_one_scope(self) -> Self:
        wrong = {
            "give either camera_ids or area": bool(self.camera_ids) == (self.area is not None),
            "give either entry_ids or probe_sha256": bool(self.entry_ids) == (self.probe_sha256 is not None),
            "give decision_number, or say is_urgent": (self.decision_number is not None) == self.is_urgent,
        }
        if found := [says for says, is_wrong in wrong.items() if is_wrong]:
            raise ValueError("; ".join(found))
        return self

    def terms(self, now: datetime) -> Terms:
        """What is asked for, from now on when it does not say."""
        area = None if self.area is None else tuple(Location(one.latitude, one.longitude) for one in self.area)
        given = self.model_dump(exclude={"area", "valid_from"})
        return Terms(**given, valid_from=self.valid_from or now, area=area)


class NumberBody(Body):
    """A number of the authority's register."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": "2026/311"}]})

    number: Number = Field(description="Under which the authority has the request, or its decision")


class RevocationBody(Body):
    """Why it is over before its time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "person-found"}]})

    reason: Reason


class DecisionBody(Body):
    """What a decision is about: the digest of the request, as it was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": "0" * 64}]})

    digest: str = Field(pattern="^[0-9a-f]{64}$", description="`digest` of the request that is decided")


class CornerAnswer(Answer):
    """A corner of an area, in WGS 84 degrees."""

    latitude: float
    longitude: float


class AuthorizationLineAnswer(Answer):
    """What was done with it. Lines are added, never changed."""

    version: int
    deed: AuthorizationDeed
    at: datetime
    by: str | None = Field(description="Subject; null: the platform by itself")
    note: str | None = Field(description="A reason, or a number of the authority's register")


class AuthorizationAnswer(Answer):
    """An authorization, and all that was done with it."""

    authorization_id: str
    agency: str
    case_id: str
    state: AuthorizationLifecycle
    objective: str
    legal_basis: str
    authority: str
    decision_number: str | None
    is_urgent: bool
    valid_from: datetime
    valid_to: datetime = Field(description="As it was asked for")
    ends_at: datetime = Field(description="When it ends by itself as things stand")
    camera_ids: list[str]
    area: list[CornerAnswer] | None
    entry_ids: list[str]
    probe_sha256: str | None
    is_deletion_due: bool = Field(description="What was found under it must be deleted")
    asked_by: str
    asked_at: datetime
    decide_until: datetime = Field(description="When a second person can no longer decide")
    decided_by: str | None
    decided_at: datetime | None
    digest: str = Field(description="Send it with the decision: it stands for exactly this")
    version: int = Field(description="The ETag of this authorization. It only grows, and not by one")
    history: list[AuthorizationLineAnswer]

    @classmethod
    def of(cls, one: Authorization) -> Self:
        """As shown."""
        terms, consent = one.terms, one.consent
        of_terms = {name: getattr(terms, name) for name in terms.__struct_fields__ if name != "area"}
        names = ("authorization_id", "agency", "case_id", "state", "ends_at", "is_deletion_due", "version")
        return cls(
            **of_terms,
            **{name: getattr(one, name) for name in names},
            **{name: getattr(consent, name) for name in ("asked_by", "asked_at", "decided_by", "decided_at", "digest")},
            decide_until=consent.valid_until,
            area=None if terms.area is None else [CornerAnswer.model_validate(corner) for corner in terms.area],
            history=[AuthorizationLineAnswer.model_validate(line) for line in one.history],
        )


class AuthorizationPage(Answer):
    """Authorizations, newest first."""

    items: list[AuthorizationAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")
