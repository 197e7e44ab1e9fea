"""`/v1/recordings`: clips that machines deliver, a recorder's exporter or an agent beside a camera, and never read.

What is awaited a machine hears on the bus (`evidence.requested`: id, camera, window); a person with the same wish uses
`/v1/evidence`. A token of the one kind is refused where the other kind stands.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import BaseModel, Field

from rasid.errors import BadRequest, Conflict, NotFound, TooLarge, TooSlow, Unprocessable
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.problem import problem_responses
from services.archive.api import actor_of
from services.archive.bodies import FailureBody
from services.archive.evidence import Evidence
from services.archive.found import Desk, Found, Use
from services.archive.lifecycle import check_stored
from services.archive.offers import RAW_BODY, Shows, Takes, offer_of

SCOPE = "rasid:clips.deliver"

router = APIRouter(prefix="/v1/recordings/{evidence_id}", tags=["machines"], route_class=GatedRoute)


class DeliveredAnswer(BaseModel):
    """What the machine has sent, and no more than that."""

    evidence_id: str
    sha256: str = Field(description="Digest of the bytes as they came")
    size_bytes: int


@router.put(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Deliver an awaited recording",
    description=(
        f"For machines with the scope `{SCOPE}`, for evidence of their own agency. Body, digest and answers are those "
        "of `PUT /v1/evidence/{evidence_id}/clip`; nothing of the evidence is shown but what was just sent. The "
        "machine stands in the custody and in the audit log as who delivered."
    ),
    responses={
        200: {"description": "The same bytes are there already", "model": DeliveredAnswer},
        **problem_responses(BadRequest, NotFound, TooSlow, Conflict, TooLarge, Unprocessable),
    },
    openapi_extra=gated(operation="collect", subject="clip", purpose=False, body_streams=True, scope=SCOPE) | RAW_BODY,
)
async def deliver_recording(
    *,
    evidence: Found,
    shows: Annotated[Shows, Query()],
    request: Request,
    response: Response,
    desk: Desk,
    use: Use,
    intake: Takes,
) -> DeliveredAnswer:
    """What was sent, once it is stored and locked."""
    taken, is_new = await intake.take(evidence, offer_of(request, shows, evidence, actor_of(desk, use)))
    response.status_code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    use.shown(count=0)
    return _delivered(taken)


@router.post(
    "/failure",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Say that an awaited recording cannot be had",
    description=(
        f"For machines with the scope `{SCOPE}`: the recorder has none of that time, or does not answer. With "
        "`retriable` it is still awaited. A recording that comes later is taken all the same."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="collect", subject="clip", purpose=False, scope=SCOPE),
)
async def fail_recording(evidence: Found, body: FailureBody, desk: Desk, use: Use) -> Response:
    """Nothing."""
    await desk.fail(evidence.evidence_id, body.reason, actor_of(desk, use), retriable=body.retriable)
    use.shown(count=0)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _delivered(evidence: Evidence) -> DeliveredAnswer:
    clip = check_stored(evidence)
    return DeliveredAnswer(evidence_id=evidence.evidence_id, sha256=clip.sha256, size_bytes=clip.size_bytes)
