"""Examples of who looked at what, and why."""

from typing import Any

from msgspec import Struct

from rasid.contract.audit import Actor, AuditRecordedV1
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id, digest
from rasid.contract.fields import utc_text
from tools.generate.examples.alerts import ALERT
from tools.generate.examples.story import AGENCY, DUTY_CASE, OFFICER, PLATE_TEXT, after

ASKED_SECONDS = 30.0
USE = caused_id("example", "looks at the alert")
PSEUDONYM = digest(f"keyed:{PLATE_TEXT}".encode())


def _use(**changes: Any) -> dict[str, Any]:
    use = {
        "audit_id": USE,
        "actor": Actor(subject=OFFICER, agency=AGENCY, role="operator", amr=("pwd", "otp")),
        "operation": "consult",
        "route": "GET /v1/alerts/{alert_id}",
        "case_id": DUTY_CASE,
        "purpose": "live-monitoring",
        "policy_version": "1",
        "decision": "permit",
        "reasons": ("A1.staff-see-alerts",),
        "query_sha256": digest(ALERT.encode()),
        "sealed": "s1:5f3c0a71:c2VhbGVkIGZvciBvdmVyc2lnaHQgYWxvbmU",
        "source_address": "192.0.2.17",
    }
    return use | changes


def _event(stage: str, seconds: float, **changes: Any) -> Event[Struct]:
    data = AuditRecordedV1(**_use(stage=stage, at=utc_text(after(seconds)), **changes))
    return new_event(caused_id(data.audit_id, stage), "/alerts", after(seconds), data)


EXAMPLES: dict[str, Event[Struct]] = {
    "audit.recorded.v1": _event(
        "result",
        ASKED_SECONDS + 0.02,
        sealed=None,  # its intent has it
        subjects=(PSEUDONYM,),
        result_count=1,
        result_sha256=digest(b"the answer"),
        recipients=(OFFICER,),
    ),
    "audit.recorded.v1.intent": _event("intent", ASKED_SECONDS),
    "audit.recorded.v1.refused": _event(
        "result",
        ASKED_SECONDS + 60,
        audit_id=caused_id("example", "asks without an open case"),
        case_id="case-2025-0300",
        decision="deny",
        reasons=("case-closed",),
        result_count=0,
    ),
}
