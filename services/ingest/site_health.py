"""What a site's power and link controller reports, and the event it becomes. No IO."""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from rasid.contract.devices import SiteHealthV1, SiteLink
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id, digest
from rasid.contract.fields import utc_text
from rasid.contract.tables import PowerSource
from services.ingest.payload.reading import CameraContext, VendorTime
from services.ingest.payload.times import judge

SOURCE = "/ingest/site"


class SiteReport(BaseModel):
    """How a site's power and link are. At least one of the three is said; what is not said is not known."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        json_schema_extra={"example": {"power_source": "battery", "battery_percent": 71.5, "link": "up"}},
    )

    at: AwareDatetime | None = Field(None, description="When it was so, with an offset; left out: now")
    power_source: PowerSource | None = Field(None, description="What feeds the site now")
    battery_percent: float | None = Field(None, ge=0, le=100, description="How full its battery is")
    link: SiteLink | None = Field(None, description="How its link to the control room is")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.power_source is None and self.battery_percent is None and self.link is None:
            raise ValueError("says nothing: give power_source, battery_percent or link")
        return self


def site_health(site_id: str, report: SiteReport, body: bytes, received_at: datetime) -> Event[SiteHealthV1]:
    """The event of a report. Sent again within the minute, or with its own time, it is the same event."""
    text = "" if report.at is None else report.at.isoformat()
    judged = judge(VendorTime(text, report.at), received_at, CameraContext(site_id), is_replay=False)
    data = SiteHealthV1(
        site_id=site_id,
        captured_at=utc_text(judged.captured_at),
        received_at=utc_text(received_at),
        vendor_time=text or None,
        warnings=() if report.at is None else judged.warnings,
        power_source=report.power_source,
        battery_percent=report.battery_percent,
        link=report.link,
    )
    moment = text or f"{received_at:%Y-%m-%dT%H:%MZ}"
    identity = caused_id(f"site-health:{site_id}", f"{moment}:{digest(body)}")
    return new_event(identity, f"{SOURCE}/{site_id}", judged.captured_at, data)
