"""What people do with alerts: look them up, and take one."""

from collections.abc import Callable

from rasid.errors import Conflict, NotFound, PreconditionFailed, Unavailable
from rasid.runtime.clock import Clock
from services.alerts.alert import Alert, Step, acknowledge
from services.alerts.ports import AlertQuery, AlertStore
from services.alerts.rules import to_milliseconds

TRIES = 10


class AlertDesk:
    """Alerts of the asking agency; those of others are not there, and covert ones only for their own case.

    `wake` tells the relay that an event waits.
    """

    def __init__(self, store: AlertStore, *, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake

    async def page(self, query: AlertQuery) -> list[Alert]:
        """A page of alerts, newest first."""
        return await self._store.alerts(query, self._clock.now())

    async def read(self, alert_id: str, agency: str, case_id: str) -> Alert:
        """One alert; raises NotFound."""
        alert = await self._store.alert(alert_id, self._clock.now())
        if alert is None or not alert.is_seen_under(agency, case_id):
            raise NotFound("alert-unknown", "Your agency has no alert with this id, or it has expired.")
        return alert

    async def acknowledge(
        self,
        alert_id: str,
        *,
        by: str,
        agency: str,
        case_id: str,
        comment: str | None,
        versions: frozenset[int] | None,
    ) -> Alert:
        """Take an alert that is still the version the person saw; taking it again changes nothing.

        Raises NotFound, PreconditionFailed when somebody acted on it since, Conflict when it is taken.
        """
        for _ in range(TRIES):
            alert = await self.read(alert_id, agency, case_id)
            if alert.acknowledged is not None and alert.acknowledged.by == by:
                return alert
            _check_version(alert, versions)
            _check_free(alert)
            step = Step(by=by, agency=agency, at=to_milliseconds(self._clock.now()), comment=comment)
            changed, event = acknowledge(alert, step)
            if await self._store.save_step(changed, event):
                self._wake()
                return changed
        raise Unavailable("the alert", f"its target was seen again {TRIES} times while it was being taken")


def _check_version(alert: Alert, versions: frozenset[int] | None) -> None:
    """A person must have seen what people did; that the target was seen again meanwhile does not matter."""
    if versions is not None and not any(alert.step_version <= seen <= alert.version for seen in versions):
        raise PreconditionFailed("alert-changed", "Somebody acted on this alert meanwhile: read it again, then decide.")


def _check_free(alert: Alert) -> None:
    if alert.acknowledged is not None:
        raise Conflict("alert-taken", "A colleague has taken this alert; read it to see who.")
