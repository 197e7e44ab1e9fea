"""Who may do what with what, as a table that a lawyer reads. Nothing is allowed that no rule permits.

Each rule is one sentence (`says`) and the same sentence as data. What a rule leaves out (None) it does not ask about.
One matching `forbid` outweighs every `permit`. The ids stand in audit records and refusals and stay as they are.
"""

from rasid.contract.tables import CaseKind
from rasid.identity.purposes import purposes_of
from rasid.identity.rule import LIVE_QUEUE_AGE, SUBJECT_DATA, Rule, SubjectKind

__all__ = ["LIVE_QUEUE_AGE", "ROLES", "RULES", "SUBJECT_DATA", "Rule", "SubjectKind"]

_OPERATIONAL = frozenset({"police", "intelligence", "national-security", "traffic"})
_STAFF = frozenset({"operator", "investigator", "supervisor", "senior-officer"})
ROLES = _STAFF | {"administrator", "auditor"}
_INVESTIGATIVE: frozenset[CaseKind] = frozenset({"investigation", "missing_person", "traffic_operation"})

RULES: tuple[Rule, ...] = (
    Rule(
        id="A3.administrators-see-no-subject-data",
        says="An administrator configures, and sees no subject data, whatever other role the same person has.",
        effect="forbid",
        roles=frozenset({"administrator"}),
        subjects=SUBJECT_DATA,
    ),
    Rule(
        id="A3.oversight-sees-no-subject-data",
        says="Oversight reads the audit log and statistics, and no subject data.",
        effect="forbid",
        agencies=frozenset({"oversight"}),
        subjects=SUBJECT_DATA,
    ),
    Rule(
        id="A3.traffic-no-faces",
        says="The traffic agency never sees faces or persons.",
        effect="forbid",
        agencies=frozenset({"traffic"}),
        subjects=frozenset({"face", "person"}),
    ),
    Rule(
        id="A3.traffic-only-for-traffic",
        says="The traffic agency gets plates, lists of them and their alerts only for traffic purposes.",
        effect="forbid",
        agencies=frozenset({"traffic"}),
        subjects=SUBJECT_DATA,
        purposes_other_than=purposes_of("traffic"),
    ),
    Rule(
        id="A3.own-agency-only",
        says="What belongs to one agency is not seen or altered by another that does not share its case.",
        effect="forbid",
        foreign_owner=True,
    ),
    Rule(
        id="A2.duty-covers-the-live-queue",
        says="A duty case covers the live queue of alerts; anything else needs an investigation or incident case.",
        effect="forbid",
        subjects=SUBJECT_DATA - {"alert", "alert_stream", "clip"},
        case_kinds=frozenset({"duty"}),
    ),
    Rule(
        id="A2.duty-covers-clips-of-the-live-queue",
        says="A duty case covers clips of alerts of the last 24 hours; any other clip needs an investigation case.",
        effect="forbid",
        subjects=frozenset({"clip"}),
        case_kinds=frozenset({"duty"}),
        of_live_queue=False,
    ),
    Rule(
        id="E4.two-persons-erase",
        says="Who asked for an erasure does not approve it.",
        effect="forbid",
        operations=frozenset({"erase"}),
        subjects=frozenset({"erasure"}),
        asked_by_caller=True,
    ),
    Rule(
        id="A1.staff-see-alerts",
        says="Operators, investigators, supervisors and senior officers consult alerts and the live queue.",
        effect="permit",
        roles=_STAFF,
        agencies=_OPERATIONAL,
        operations=frozenset({"consult"}),
        subjects=frozenset({"alert", "alert_stream"}),
        case_kinds=_INVESTIGATIVE | {"duty"},
    ),
    Rule(
        id="A6.staff-handle-alerts",
        says="Operators, investigators and supervisors acknowledge alerts and take them through their workflow.",
        effect="permit",
        roles=frozenset({"operator", "investigator", "supervisor"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"alter"}),
        subjects=frozenset({"alert"}),
        case_kinds=_INVESTIGATIVE | {"duty"},
    ),
    Rule(
        id="A2.investigators-keep-watchlists",
        says="Investigators and supervisors read and alter watchlist entries under a case that is no shift.",
        effect="permit",
        roles=frozenset({"investigator", "supervisor"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"consult", "alter", "erase"}),
        subjects=frozenset({"watchlist"}),
        case_kinds=_INVESTIGATIVE,
    ),
    Rule(
        id="A2.investigators-look-up-plates",
        says="Investigators, supervisors and senior officers look up plates under a case that is no shift.",
        effect="permit",
        roles=frozenset({"investigator", "supervisor", "senior-officer"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"consult"}),
        subjects=frozenset({"plate"}),
        case_kinds=_INVESTIGATIVE,
    ),
    Rule(
        id="E1.staff-collect-clips",
        says="Operators, investigators and supervisors ask for clips and put them into the archive.",
        effect="permit",
        roles=frozenset({"operator", "investigator", "supervisor"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"collect"}),
        subjects=frozenset({"clip"}),
        case_kinds=_INVESTIGATIVE | {"duty"},
    ),
    Rule(
        id="A1.staff-see-clips",
        says="Operators, investigators, supervisors and senior officers consult clips.",
        effect="permit",
        roles=_STAFF,
        agencies=_OPERATIONAL,
        operations=frozenset({"consult"}),
        subjects=frozenset({"clip"}),
        case_kinds=_INVESTIGATIVE | {"duty"},
    ),
    Rule(
        id="A7.investigators-hold-clips",
        says="Investigators and supervisors hold clips for a case that is no shift, and release them.",
        effect="permit",
        roles=frozenset({"investigator", "supervisor"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"alter"}),
        subjects=frozenset({"clip"}),
        case_kinds=_INVESTIGATIVE,
    ),
    Rule(
        id="E4.supervisors-ask-for-erasure",
        says="Under a case that is no shift, supervisors ask for erasures of clips and release what closed cases hold.",
        effect="permit",
        roles=frozenset({"supervisor"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"erase"}),
        subjects=frozenset({"clip"}),
        case_kinds=_INVESTIGATIVE,
    ),
    Rule(
        id="E4.senior-officers-erase",
        says="Senior officers read what erasures are asked for, and approve or refuse them.",
        effect="permit",
        roles=frozenset({"senior-officer"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"consult", "erase"}),
        subjects=frozenset({"erasure"}),
        case_kinds=_INVESTIGATIVE,
    ),
    Rule(
        id="E4.supervisors-follow-erasures",
        says="Supervisors read what became of the erasures they asked for.",
        effect="permit",
        roles=frozenset({"supervisor"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"consult"}),
        subjects=frozenset({"erasure"}),
        case_kinds=_INVESTIGATIVE,
    ),
    Rule(
        id="A3.administrators-configure",
        says="Administrators read and alter the registry of sites and cameras and set cameras' credentials.",
        effect="permit",
        roles=frozenset({"administrator"}),
        agencies=_OPERATIONAL,
        operations=frozenset({"consult", "alter", "erase"}),
        subjects=frozenset({"registry", "credential"}),
    ),
    Rule(
        id="A3.staff-read-the-registry",
        says="The staff of every operational agency reads the registry, which tells nothing about persons.",
        effect="permit",
        roles=_STAFF,
        agencies=_OPERATIONAL,
        operations=frozenset({"consult"}),
        subjects=frozenset({"registry"}),
    ),
    Rule(
        id="A3.oversight-reads-the-audit-log",
        says="Auditors of oversight read the audit log and statistics.",
        effect="permit",
        roles=frozenset({"auditor"}),
        agencies=frozenset({"oversight"}),
        operations=frozenset({"consult"}),
        subjects=frozenset({"audit", "statistics"}),
    ),
)
