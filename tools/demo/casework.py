"""Stands in for the casework service, which is not built yet: publishes the demo's two cases."""

from datetime import datetime, timedelta

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseKind, CaseStateV1
from rasid.runtime.publishing import Publisher

OFFICER = "officer.amal"
AGENCY = "police"
INVESTIGATION = "case-stolen-vehicles"
DUTY = "duty-control-room"
SHIFT_DAYS = 30


async def open_cases(publisher: Publisher, now: datetime) -> None:
    """Open an investigation and a control-room shift, both of the police with the demo's officer assigned."""
    kinds: dict[str, CaseKind] = {INVESTIGATION: "investigation", DUTY: "duty"}
    for case_id, kind in kinds.items():
        await publisher.publish(_case(case_id, kind, now))


def _case(case_id: str, kind: CaseKind, now: datetime) -> Event[CaseStateV1]:
    # The version grows with time, so that a later start of the demo replaces what an earlier one published.
    version = int(now.timestamp())
    data = CaseStateV1(
        case_id=case_id,
        agency=AGENCY,
        kind=kind,
        state="open",
        assigned=(OFFICER,),
        opened_at=utc_text(now),
        closes_at=utc_text(now + timedelta(days=SHIFT_DAYS)),
        version=version,
    )
    return new_event(caused_id(case_id, str(version)), "/casework", now, data)
