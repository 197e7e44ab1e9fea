"""What each agency may need personal data for. Data, not code: a lawyer reads and changes this file."""

PURPOSES: dict[str, dict[str, str]] = {
    "police": {
        "live-monitoring": "Watching the live queue of alerts during a shift in the control room",
        "stolen-vehicle": "Finding a stolen vehicle",
        "wanted-person": "Finding a person sought by a court or a prosecutor",
        "missing-person": "Finding a missing or endangered person",
        "serious-crime": "Investigating a serious crime",
        "public-safety": "Averting a present danger to life or limb",
        "road-accident": "Establishing how a road accident happened",
    },
    "intelligence": {
        "live-monitoring": "Watching the live queue of alerts during a shift in the control room",
        "counter-terrorism": "Preventing or investigating terrorism",
        "counter-espionage": "Preventing or investigating espionage",
        "organized-crime": "Investigating organized crime",
    },
    "national-security": {
        "live-monitoring": "Watching the live queue of alerts during a shift in the control room",
        "counter-terrorism": "Preventing or investigating terrorism",
        "critical-infrastructure": "Protecting critical infrastructure",
        "border-security": "Protecting the border",
    },
    "traffic": {
        "traffic-monitoring": "Watching traffic alerts during a shift in the control room",
        "traffic-enforcement": "Pursuing an offence against traffic law",
        "parking-enforcement": "Pursuing unlicensed or dangerous parking",
        "road-accident": "Establishing how a road accident happened",
    },
    "oversight": {
        "audit-review": "Reviewing how the system was used",
        "complaint-review": "Answering a complaint or a request of a person concerned",
        "transparency-report": "Computing the public report",
    },
}


def purposes_of(agency: str) -> frozenset[str]:
    """The purpose codes an agency may name; none for an agency that is not in the list."""
    return frozenset(PURPOSES.get(agency, ()))
