"""What people do about an alert's clips: ask for more than the platform asked for by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rasid.errors import Conflict, NotFound, Unavailable, Unprocessable
from rasid.runtime.clock import Clock
from services.alerts.alert import Alert, ask
from services.alerts.alert_bodies import ClipBody
from services.alerts.evidence import Asked, Clip, evidence_id
from services.alerts.ports import AlertStore
from services.alerts.rules import to_milliseconds

TRIES = 10
# What an alert carries is read whole with it.
MOST_CLIPS = 50


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a window may be, and how far before and after the alert it may lie."""

    longest_seconds: float
    reach_seconds: float


class EvidenceDesk:
    """Clips of alerts of the asking agency. `wake` tells the relay that an event waits."""

    def __init__(self, store: AlertStore, *, bounds: Bounds, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._bounds = bounds
        self._clock = clock
        self._wake = wake

    async def alert(self, alert_id: str, agency: str, case_id: str) -> Alert:
        """The alert that clips are asked of; raises NotFound, and Conflict for a covert one."""
        alert = await self._store.alert(alert_id, self._clock.now())
        if alert is None or not alert.is_seen_under(agency, case_id):
            raise NotFound("alert-unknown", "Your agency has no alert with this id, or it has expired.")
        if alert.is_covert:
            raise Conflict(
                "covert-alert",
                "A clip of this alert would show to your whole agency in the archive. Where that does no harm, ask the "
                "archive for the recording under your case.",
            )
        return alert

    async def ask(self, alert: Alert, body: ClipBody, *, by: str) -> Clip:
        """Ask for a window of a camera; the same window again is the same clip, and nothing more is asked for.

        Raises Unprocessable for a window or a camera that is not the alert's, Conflict when it has too many clips.
        """
        asked = self._asked(alert, body, by)
        wanted = evidence_id(alert.alert_id, asked)
        for _ in range(TRIES):
            if wanted in alert.evidence_by_id:
                return _clip(alert, wanted)
            if len(alert.evidence_by_id) >= MOST_CLIPS:
                raise Conflict("clips-too-many", f"An alert has at most {MOST_CLIPS} clips; this one has them all.")
            changed, event = ask(alert, asked)
            if await self._store.save_request(changed, wanted, event):
                self._wake()
                return _clip(changed, wanted)
            alert = await self.alert(alert.alert_id, alert.agency, alert.case_id)
        raise Unavailable("the alert", f"it changed {TRIES} times while a clip of it was being asked for")

    def _asked(self, alert: Alert, body: ClipBody, by: str) -> Asked:
        camera_id = body.camera_id or alert.camera_id
        _check_camera(alert, camera_id)
        _check_window(alert, body.from_at, body.to_at, self._bounds)
        return Asked(
            camera_id=camera_id,
            from_at=body.from_at,
            to_at=body.to_at,
            reason=body.reason,
            by=by,
            at=to_milliseconds(self._clock.now()),
        )


def _check_camera(alert: Alert, camera_id: str) -> None:
    cameras = sorted({alert.camera_id, alert.last_camera_id})
    if camera_id not in cameras:
        raise Unprocessable(
            "camera-not-of-alert",
            "`camera_id` did not see this alert's target: what another camera saw is no clip of this alert.",
            extra={"camera_ids": cameras},
        )


def _check_window(alert: Alert, from_at: datetime, to_at: datetime, bounds: Bounds) -> None:
    length = (to_at - from_at).total_seconds()
    if length <= 0:
        raise Unprocessable("window-empty", "`to_at` must be later than `from_at`.")
    if length > bounds.longest_seconds:
        raise Unprocessable("window-too-long", f"A clip is at most {bounds.longest_seconds:g} s long: ask for several.")
    moments = (alert.captured_at, alert.received_at, alert.last_captured_at)
    early, late = (min(moments) - from_at).total_seconds(), (to_at - max(moments)).total_seconds()
    if max(early, late) > bounds.reach_seconds:
        raise Unprocessable(
            "window-too-far",
            f"A clip of an alert lies within {bounds.reach_seconds:g} s of it: `from_at` and `to_at` do not.",
        )


def _clip(alert: Alert, wanted: str) -> Clip:
    return next(clip for clip in alert.evidence if clip.evidence_id == wanted)
