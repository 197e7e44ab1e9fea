"""Takes what sites' power and link controllers report, over HTTP and over MQTT alike. No IO of its own."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from rasid.contract.devices import SiteHealthV1
from rasid.contract.envelope import Event
from rasid.errors import Unprocessable
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher
from services.ingest.devices import Devices
from services.ingest.intake import Post
from services.ingest.site_health import SiteReport, site_health
from services.ingest.topics import fits
from services.ingest.watch.presence import Presence
from services.ingest.watch.silence import Supply

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SiteReports:
    """Makes reports durable."""

    publisher: Publisher
    presence: Presence
    deadline_seconds: float

    async def take(
        self,
        site_id: str,
        body: bytes,
        received_at: datetime,
        *,
        is_retained: bool = False,
    ) -> Event[SiteHealthV1]:
        """Return when the report is durable; raises Unprocessable for what is none, and Unavailable."""
        report = _report(body)
        if is_retained and report.at is None:
            raise Unprocessable(
                "report-not-dated", "a retained report without `at` may be of any time: say when it was so"
            )
        event = site_health(site_id, report, body, received_at)
        await self.publisher.publish(event, deadline_seconds=self.deadline_seconds)
        self.presence.supplied(site_id, Supply(event.data.power_source, event.data.link))
        return event


@dataclass(frozen=True, slots=True)
class SiteTopics:
    """The sites whose controllers publish over MQTT. `controllers` are the sites by their identifiers."""

    controllers: Devices
    reports: SiteReports
    metrics: Metrics

    def filters(self) -> set[str]:
        """The topics to be subscribed to."""
        return {site.mqtt_topic for site in self.controllers.on_topics() if site.mqtt_topic is not None}

    def site_of(self, topic: str) -> str | None:
        """The site that a message on this topic is from; None when it is nobody's, or two sites'."""
        fitting = [site for site in self.controllers.on_topics() if fits(site.mqtt_topic or "", topic)]
        return fitting[0].camera_id if len(fitting) == 1 else None

    async def take(self, site_id: str, post: Post) -> None:
        """Return when a message is durable, or was no report; raises Unavailable."""
        try:
            await self.reports.take(site_id, post.body, post.received_at, is_retained=post.is_retained)
        except Unprocessable as error:
            self.metrics.camera_refusals.labels("unreadable").inc()
            log.warning("a site's report over MQTT was refused", site_id=site_id, why=error.slug)


def _report(body: bytes) -> SiteReport:
    try:
        return SiteReport.model_validate_json(body)
    except ValidationError as error:
        wrong = [
            {"field": ".".join(str(part) for part in row["loc"]), "problem": row["msg"]}
            for row in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        why = "; ".join(f"{row['field']}: {row['problem']}" if row["field"] else row["problem"] for row in wrong)
        raise Unprocessable("report-not-understood", why, extra={"errors": wrong}) from None
