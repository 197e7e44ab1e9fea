"""What the registry's routes share: the parts `app` puts together, and what they declare to the gate."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.identity.gate import Disclosure, disclosure, gated
from services.ingest.registry.credential_desk import CredentialDesk
from services.ingest.registry.entries import CameraEdit, KindName, SiteEdit
from services.ingest.registry.history import Author
from services.ingest.registry.registrar import Book
from services.ingest.strangers import Strangers

LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Registry:
    """Both tables, the desks that issue credentials, and who was refused."""

    sites: Book[SiteEdit]
    cameras: Book[CameraEdit]
    credentials: CredentialDesk[CameraEdit]
    site_credentials: CredentialDesk[SiteEdit]
    strangers: Strangers

    def book(self, kind: KindName) -> Book[Any]:
        """One of the two tables."""
        return self.cameras if kind == "cameras" else self.sites


async def registry(request: Request) -> Registry:
    """FastAPI dependency: the parts that `app` put together."""
    found: Registry = request.app.state.registry
    return found


def author(use: Disclosure) -> Author:
    """Who changes."""
    return Author(use.caller.subject, use.caller.agency)


Parts = Annotated[Registry, Depends(registry)]
Use = Annotated[Disclosure, Depends(disclosure)]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Rows on a page")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")]
SiteId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="1-64 of a-z 0-9 . _ -", examples=["bridge"])]
CameraId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="1-64 of a-z 0-9 . _ -", examples=["bridge-in"])]
KindQuery = Annotated[KindName, Query(description="Which table")]

READS = gated(operation="consult", subject="registry", purpose=False)
CHANGES = gated(operation="alter", subject="registry", purpose=False)
# Who could not prove itself, and who of the staff changed what: for administrators alone.
ADMINISTRATION = gated(operation="consult", subject="credential", purpose=False)
CREDENTIALS = gated(operation="alter", subject="credential", purpose=False)
