"""The case a request is about, after the policy has allowed this use of it: no route gets it any other way."""

from typing import Annotated

from fastapi import Depends, Header, Path, Request

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import Forbidden
from rasid.identity.gate import Disclosure, disclosure
from rasid.runtime.preconditions import read_if_match
from services.casework.case import Actor, Case, state_of
from services.casework.case_desk import CaseDesk


async def case_desk(request: Request) -> CaseDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: CaseDesk = request.app.state.case_desk
    return desk


Cases = Annotated[CaseDesk, Depends(case_desk)]
Use = Annotated[Disclosure, Depends(disclosure)]
CaseId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="The case's id")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="Your own name for this request: sending it again with the same body changes nothing",
        examples=["5f0f2c1e-7c52-4a53-9a37-0d4d6c9f1d2e"],
    ),
]

IfMatch = Annotated[str | None, Header(description="ETag of the version you saw", examples=['"1792000000000"'])]


async def found(case_id: CaseId, cases: Cases, use: Use) -> Case:
    """A case that this caller may use so; raises NotFound or Forbidden."""
    use.acts_on(case_id)
    case = await cases.read(case_id)
    use.check_case(state_of(case))
    return case


async def versions(if_match: IfMatch = None) -> frozenset[int] | None:
    """The versions that a change is meant for; raises PreconditionRequired without any."""
    return read_if_match(if_match)


async def actor(cases: Cases, use: Use) -> Actor:
    """Who asks, now."""
    return Actor(cases.now(), use.caller.subject, use.caller.agency)


Found = Annotated[Case, Depends(found)]
Versions = Annotated[frozenset[int] | None, Depends(versions)]
By = Annotated[Actor, Depends(actor)]


def may_see(case: Case, use: Disclosure) -> bool:
    """Whether the policy allows the caller this use of it."""
    try:
        use.check_case(state_of(case))
    except Forbidden:
        return False
    return True
