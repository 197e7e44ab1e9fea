"""Where administrators make and revoke the credentials of cameras and sites. Gated: who did it is on the audit log."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import Conflict, NotFound
from rasid.identity.gate import GatedRoute
from rasid.identity.problem import problem_responses
from services.ingest.registry.bodies import CredentialAnswer, IssuedCredentialAnswer, SiteCredentialAnswer
from services.ingest.registry.credential_desk import CredentialDesk
from services.ingest.registry.entries import CAMERAS, SITES, Kind
from services.ingest.registry.parts import CREDENTIALS, Parts, Registry, Use, author

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["registry"])


@dataclass(frozen=True, slots=True)
class _Holders:
    """The devices of one table: what people call one of them, its credential as it is shown, and who makes it."""

    kind: Kind[Any]
    device: str
    answer: type[IssuedCredentialAnswer]
    desk: Callable[[Registry], CredentialDesk[Any]]

    @property
    def identifier(self) -> Any:
        """The part of that address which names it."""
        return Path(alias=self.kind.key, pattern=IDENTIFIER_PATTERN, description="1-64 of a-z 0-9 . _ -")

    @property
    def address(self) -> str:
        """Where the credential of one of them is made and revoked."""
        return f"/{self.kind.name}/{{{self.kind.key}}}/credential"


def _add_issuing(of: _Holders) -> None:
    @router.post(
        of.address,
        name=f"issue_{of.kind.noun}_credential",
        summary=f"Make the credential of {of.device}",
        status_code=201,
        response_model=of.answer,
        responses=problem_responses(NotFound, Conflict),
        openapi_extra=CREDENTIALS,
    )
    async def issue(holder: Annotated[str, of.identifier], parts: Parts, use: Use) -> IssuedCredentialAnswer:
        """Shown this once. The credential before it works on for a while, so that nothing is lost while it is typed in.

        Takes no Idempotency-Key: the same answer twice would mean that the password is kept. An answer that was lost
        is mended by asking again. A credential that leaked is revoked first (DELETE).
        """
        issued = await of.desk(parts).issue(holder, by=author(use))
        use.shown(count=1)
        return of.answer.model_validate({of.kind.key: issued.holder, **asdict(issued)})


def _add_revoking(of: _Holders) -> None:
    @router.delete(
        of.address,
        name=f"revoke_{of.kind.noun}_credential",
        summary=f"Revoke the credentials of {of.device} at once",
        status_code=204,
        responses=problem_responses(NotFound),
        openapi_extra=CREDENTIALS,
    )
    async def revoke(holder: Annotated[str, of.identifier], parts: Parts, use: Use) -> Response:
        """Also the one before, if it still worked. Other processes follow within about a second."""
        await of.desk(parts).revoke(holder, by=author(use))
        use.shown(count=0)
        return Response(status_code=204)


for _holders in (
    _Holders(CAMERAS, "a camera", CredentialAnswer, lambda parts: parts.credentials),
    _Holders(SITES, "a site's controller", SiteCredentialAnswer, lambda parts: parts.site_credentials),
):
    _add_issuing(_holders)
    _add_revoking(_holders)
