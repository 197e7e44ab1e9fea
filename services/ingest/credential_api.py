"""Where administrators make and revoke the credentials of cameras and sites. Gated: who did it is on the audit log."""

from fastapi import APIRouter, Response

from rasid.errors import Conflict, NotFound
from rasid.identity.gate import GatedRoute
from rasid.identity.problem import problem_responses
from services.ingest.bodies import CredentialAnswer, SiteCredentialAnswer
from services.ingest.registry_parts import CREDENTIALS, CameraId, Parts, SiteId, Use

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["registry"])


@router.post(
    "/cameras/{camera_id}/credential",
    summary="Make a camera's credential",
    status_code=201,
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=CREDENTIALS,
)
async def issue_credential(camera_id: CameraId, parts: Parts, use: Use) -> CredentialAnswer:
    """Shown this once. The credential before it works on for a while, so that no read is lost while it is typed in.

    Takes no Idempotency-Key: the same answer twice would mean that the password is kept. An answer that was lost is
    mended by asking again. A credential that leaked is revoked first (DELETE).
    """
    issued = await parts.credentials.issue(camera_id)
    use.shown(count=1)
    return CredentialAnswer.of(issued)


@router.delete(
    "/cameras/{camera_id}/credential",
    summary="Revoke a camera's credentials at once",
    status_code=204,
    responses=problem_responses(NotFound),
    openapi_extra=CREDENTIALS,
)
async def revoke_credential(camera_id: CameraId, parts: Parts, use: Use) -> Response:
    """Also the one before, if it still worked. Other processes follow within about a second."""
    await parts.credentials.revoke(camera_id)
    use.shown(count=0)
    return Response(status_code=204)


@router.post(
    "/sites/{site_id}/credential",
    summary="Make the credential of a site's controller",
    status_code=201,
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=CREDENTIALS,
)
async def issue_site_credential(site_id: SiteId, parts: Parts, use: Use) -> SiteCredentialAnswer:
    """As a camera's: shown this once, and the one before it works on for a while."""
    issued = await parts.site_credentials.issue(site_id)
    use.shown(count=1)
    return SiteCredentialAnswer.of(issued)


@router.delete(
    "/sites/{site_id}/credential",
    summary="Revoke the credentials of a site's controller at once",
    status_code=204,
    responses=problem_responses(NotFound),
    openapi_extra=CREDENTIALS,
)
async def revoke_site_credential(site_id: SiteId, parts: Parts, use: Use) -> Response:
    """Also the one before, if it still worked."""
    await parts.site_credentials.revoke(site_id)
    use.shown(count=0)
    return Response(status_code=204)
