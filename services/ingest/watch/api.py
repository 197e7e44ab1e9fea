"""Where the staff sees how cameras and sites are. Gated as the registry is: it tells nothing about persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import Field

from rasid.contract.devices import SiteLink
from rasid.contract.fields import is_identifier
from rasid.contract.tables import CameraLifecycle, PowerSource
from rasid.identity.gate import GatedRoute
from rasid.runtime.paging import read_cursor, unreadable, write_cursor
from services.ingest.answer import Answer
from services.ingest.devices import Devices
from services.ingest.registry.parts import READS, Cursor, Limit, Use
from services.ingest.watch import overview
from services.ingest.watch.overview import Trouble
from services.ingest.watch.quality import Record, Sign
from services.ingest.watch.silence import Known, SiteSeen

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["health"])
T = TypeVar("T")


class PresenceView(Protocol):
    """Who was last heard when; every method raises Unavailable."""

    async def all(self) -> list[Known]:
        """Every camera that was ever heard."""

    async def sites(self) -> Mapping[str, SiteSeen]:
        """The sites that are or were out, or have told of themselves."""


class QualityView(Protocol):
    """How cameras read; every method raises Unavailable."""

    async def all(self) -> Mapping[str, Record]:
        """Every camera that was ever counted."""


@dataclass(frozen=True, slots=True)
class HealthDesk:
    """What the routes need, put together by `app`."""

    devices: Devices
    presence: PresenceView
    quality: QualityView


class CameraHealthAnswer(Answer):
    """How one camera is."""

    camera_id: str = Field(examples=["bridge-in"])
    site_id: str | None
    state: CameraLifecycle
    last_seen_at: datetime | None = Field(description="Null: never heard")
    expected_seconds: float | None = Field(description="How long it may be silent, by its own rhythm")
    skew_seconds: float | None = Field(description="How far its clock is ahead, as estimated; null: not known")
    reads_worse: list[Sign] = Field(description="What is worse than on its own days before")
    troubles: list[Trouble] = Field(description="Of an active camera: what somebody should see to")


class CameraHealthPage(Answer):
    """Cameras in the order of their identifiers."""

    items: list[CameraHealthAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")


class SiteHealthAnswer(Answer):
    """How one site is, as its cameras and its controller tell."""

    site_id: str = Field(examples=["bridge"])
    out_since: datetime | None = Field(description="Null: it is not out")
    recovered_at: datetime | None = Field(description="When it last came back")
    power_source: PowerSource | None = Field(description="What feeds it, as it last said")
    link: SiteLink | None = Field(description="How its link is, as it last said")


class SiteHealthPage(Answer):
    """Sites in the order of their identifiers."""

    items: list[SiteHealthAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")


@router.get("/watched-cameras", summary="How the cameras are", openapi_extra=READS)
async def list_cameras(
    *,
    request: Request,
    use: Use,
    limit: Limit = 100,
    cursor: Cursor = None,
    trouble: Annotated[Trouble | None, Query(description="Only those with this trouble")] = None,
) -> CameraHealthPage:
    """When each was last heard, and what is wrong with it. Within seconds of what this and other processes heard."""
    desk: HealthDesk = request.app.state.health
    known = {one.camera_id: one for one in await desk.presence.all()}
    found = overview.cameras(desk.devices.all(), known, await desk.presence.sites(), await desk.quality.all())
    wanted = [one for one in found if trouble is None or trouble in one.troubles]
    page, following = _page(wanted, [one.camera_id for one in wanted], limit, cursor)
    use.shown(count=len(page))
    return CameraHealthPage.model_validate({"items": page, "next_cursor": following})


@router.get("/watched-sites", summary="How the sites are", openapi_extra=READS)
async def list_sites(request: Request, use: Use, limit: Limit = 100, cursor: Cursor = None) -> SiteHealthPage:
    """Those that were ever out, or whose controller has told what feeds them and how their link is."""
    desk: HealthDesk = request.app.state.health
    found = overview.sites(await desk.presence.sites())
    page, following = _page(found, [one.site_id for one in found], limit, cursor)
    use.shown(count=len(page))
    return SiteHealthPage.model_validate({"items": page, "next_cursor": following})


def _page(rows: Sequence[T], keys: Sequence[str], limit: int, cursor: str | None) -> tuple[list[T], str | None]:
    """The rows behind the cursor, and the cursor of the next page."""
    after = ""
    if cursor is not None:
        (after,) = read_cursor(cursor, 1)
        if not is_identifier(after):
            raise unreadable()
    begin = next((number for number, key in enumerate(keys) if key > after), len(rows))
    end = begin + limit
    following = write_cursor(keys[end - 1]) if end < len(rows) else None
    return list(rows[begin:end]), following
