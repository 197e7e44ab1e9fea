"""The demo's two cases, and the people who work on them."""

from datetime import timedelta

from rasid.contract.tables import CaseKind

AGENCY = "police"
OFFICER = "officer.amal"
OPERATOR = "officer.karim"
INVESTIGATION = "case-stolen-vehicles"
DUTY = "duty-control-room"
KINDS: dict[str, CaseKind] = {INVESTIGATION: "investigation", DUTY: "duty"}
SHIFT = timedelta(days=30)
