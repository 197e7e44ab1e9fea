"""Where devices prove themselves, cameras at one door and sites' controllers at another; who is refused is counted."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response

from rasid.errors import TemporarilyUnavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.ingest import admission
from services.ingest.admission import Admission, Refused
from services.ingest.devices import Device, Devices
from services.ingest.digest import Nonces
from services.ingest.refusals import NO_FAILURES, RETRY_AFTER, note, refusal
from services.ingest.strangers import Strangers

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """`devices` are cameras, or sites by their identifiers."""

    devices: Devices
    admission: Admission
    nonces: Nonces
    strangers: Strangers
    clock: Clock
    metrics: Metrics

    def admit(self, request: Request, claimed: str, authorization: str | None, at: datetime) -> Device | Response:
        """The device that the address claims to be, or the answer to who is not it; raises TemporarilyUnavailable."""
        self.check_loaded()
        path = request.scope["path"]
        found = self.admission.admit(admission.Request(claimed, request.method, path, authorization, at))
        return self.refuse(found, request, claimed) if isinstance(found, Refused) else found

    def check_loaded(self) -> None:
        """Raise TemporarilyUnavailable while nobody can be told from an unknown device."""
        if not self.devices.is_loaded:
            detail = "the registry is not loaded yet: send it again"
            raise TemporarilyUnavailable("starting", detail, headers=RETRY_AFTER)

    def refuse(self, refused: Refused, request: Request, claimed: str) -> Response:
        """The answer to a refused device, which is counted and kept for the administrator."""
        now = self.clock.now()
        if refused.reason not in NO_FAILURES:
            self.metrics.camera_refusals.labels(refused.reason).inc()
            log.warning("a device was refused", reason=refused.reason, device_id=refused.camera_id)
            note(self.strangers, refused, request, claimed, now)
        return refusal(refused, request, self.nonces, now)
