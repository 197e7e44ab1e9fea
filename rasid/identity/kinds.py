"""What the routes of all services are about, and the roles of people; the policy's schema has the same words."""

from datetime import timedelta
from typing import Literal

SubjectKind = Literal[
    "registry",
    "credential",
    "watchlist",
    "covert_entry",
    "covert_approval",
    "alert",
    "alert_stream",
    "plate",
    "face",
    "person",
    "clip",
    "erasure",
    "release",
    "case",
    "case_assignment",
    "case_share",
    "case_file",
    "authorization",
    "approval",
    "lookback",
    "audit",
    "statistics",
]
# What tells something about a person seen or sought. Such a route always needs a case and a purpose.
SUBJECT_DATA: frozenset[SubjectKind] = frozenset(
    {
        "watchlist",
        "covert_entry",
        "covert_approval",
        "alert",
        "alert_stream",
        "plate",
        "face",
        "person",
        "clip",
        "erasure",
        "release",
        "authorization",
        "approval",
        "case_file",
        "lookback",
    }
)
ROLES = frozenset({"operator", "investigator", "supervisor", "senior-officer", "administrator", "auditor"})
# How long an alert belongs to the live queue, from the receipt of its first read; the policy says the same.
LIVE_QUEUE_AGE = timedelta(hours=24)
