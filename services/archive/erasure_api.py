"""Erasure before its time, or although a case holds it: one person asks, another decides."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import BaseModel, Field

from rasid.errors import BadRequest, Conflict, NotFound, TemporarilyUnavailable
from rasid.identity.gate import Disclosure, GatedRoute, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import Cursor
from rasid.runtime.preconditions import etag
from services.archive.answers import CertificateAnswer
from services.archive.api import PageQuery, actor_of
from services.archive.bodies import DecisionBody, ErasureAnswer, ErasureBody
from services.archive.erasing import open_request
from services.archive.erasure_desk import ErasureDesk
from services.archive.evidence import Evidence
from services.archive.found import Desk, Found, FoundForDecision, FoundInAnyState, Use
from services.archive.ports import EvidenceQuery

router = APIRouter(prefix="/v1/evidence/{evidence_id}", tags=["erasure"], route_class=GatedRoute)
list_router = APIRouter(prefix="/v1/erasures", tags=["erasure"], route_class=GatedRoute)
keys_router = APIRouter(prefix="/v1/certificates", tags=["erasure"])


async def erasure_desk(request: Request) -> ErasureDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: ErasureDesk = request.app.state.erasure_desk
    return desk


Erasures = Annotated[ErasureDesk, Depends(erasure_desk)]


class ErasurePage(BaseModel):
    """Requests that wait for a decision, newest evidence first."""

    items: list[ErasureAnswer]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null: this is the last")


@list_router.get(
    "",
    summary="List erasures that wait for a decision",
    description="The requests of your agency that can still be approved or refused, by another person than who asked.",
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="erasure", purpose=True),
)
async def list_erasures(page: Annotated[PageQuery, Query()], desk: Desk, use: Use) -> ErasurePage:
    """One page of open requests."""
    use.check_owner(use.caller.agency)
    query = EvidenceQuery(
        agency=use.caller.agency, erasure_is_open=True, after=Cursor.read(page.cursor), limit=page.limit + 1
    )
    read = await desk.page(query)
    shown = read[: page.limit]
    use.shown(count=len(shown))
    more = len(read) > len(shown)
    return ErasurePage(
        items=[ErasureAnswer.of(one, one.erasure) for one in shown if one.erasure is not None],
        next_cursor=Cursor(shown[-1].requested_at, shown[-1].evidence_id).text if more else None,
    )


@router.post(
    "/erasure",
    status_code=status.HTTP_201_CREATED,
    summary="Ask for an erasure",
    description=(
        "Says that a clip must go before its time, or although it is held. Nothing is erased by that: another person, "
        "a senior officer of the agency, decides within a day, and exactly this."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="erase", subject="clip", purpose=True),
)
async def ask_for_erasure(
    *, evidence: Found, body: ErasureBody, desk: Desk, erasures: Erasures, use: Use, response: Response
) -> ErasureAnswer:
    """The request, with the digest that its decision must name."""
    asked = await erasures.ask(evidence.evidence_id, body.reason, actor_of(desk, use))
    return _answered(asked, use, response)


@router.get(
    "/erasure",
    summary="Read what was asked for",
    description="The last request for the erasure of this evidence: who asked, what would be lost, what was decided.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="erasure", purpose=True),
)
async def read_erasure(evidence: FoundInAnyState, use: Use, response: Response) -> ErasureAnswer:
    """The request."""
    return _answered(evidence, use, response)


@router.post(
    "/erasure/approval",
    summary="Approve an erasure",
    description=(
        "By a senior officer who did not ask for it, once, with the digest of the request as it was read. From the "
        "answer on the clip is there for nobody. Its bytes are deleted within seconds by a process of its own, which "
        "alone has the store's second credential, holds and lock notwithstanding, and a certificate is made."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="erase", subject="erasure", purpose=True),
)
async def approve_erasure(
    *, evidence: FoundForDecision, body: DecisionBody, desk: Desk, erasures: Erasures, use: Use, response: Response
) -> ErasureAnswer:
    """The decided request; `evidence_state` says `erasing` until the bytes are gone."""
    approved = await erasures.approve(evidence.evidence_id, body.digest, actor_of(desk, use))
    return _answered(approved, use, response)


@router.post(
    "/erasure/refusal",
    summary="Refuse an erasure",
    description="By a senior officer who did not ask for it. The clip stays, and the request is over.",
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="erase", subject="erasure", purpose=True),
)
async def refuse_erasure(
    *, evidence: FoundForDecision, body: DecisionBody, desk: Desk, erasures: Erasures, use: Use, response: Response
) -> ErasureAnswer:
    """The decided request."""
    refused = await erasures.refuse(evidence.evidence_id, body.digest, actor_of(desk, use))
    return _answered(refused, use, response)


@router.get(
    "/certificate",
    summary="Read the certificate of a deletion",
    description="Signed, of what has expired or was erased: which bytes are gone, since when, and who decided it.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="clip", purpose=True),
)
async def read_certificate(evidence: FoundInAnyState, use: Use) -> CertificateAnswer:
    """The certificate."""
    if evidence.certificate is None:
        raise NotFound("certificate-unknown", "The bytes of this evidence are not deleted, so there is no certificate.")
    use.shown(count=1)
    return CertificateAnswer(evidence_id=evidence.evidence_id, certificate=evidence.certificate)


@keys_router.get(
    "/keys",
    summary="Keys that certificates are checked with",
    description="A JSON Web Key Set with the public halves of the keys that ever signed certificates of deletion.",
    responses=problem_responses(TemporarilyUnavailable),
)
async def certificate_keys(erasures: Erasures) -> dict[str, list[dict[str, str]]]:
    """The public keys."""
    return {"keys": await erasures.certificate_keys()}


def _answered(evidence: Evidence, use: Disclosure, response: Response) -> ErasureAnswer:
    request = open_request(evidence)
    use.shown(count=1)
    response.headers["ETag"] = etag(evidence.revision)
    return ErasureAnswer.of(evidence, request)
