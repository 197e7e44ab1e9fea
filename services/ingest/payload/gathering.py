"""Puts together what an adapter made of each document of a payload. No IO."""

from collections.abc import Iterable, Sequence

from rasid.errors import InvalidEvent
from services.ingest.payload.reading import Draft, Dropped, Reading, Refusal
from services.ingest.payload.survey import Survey


def gathered(
    outcomes: Iterable[Draft | Refusal | Sequence[Draft | Refusal]], survey: Survey, *, nothing: InvalidEvent
) -> Reading:
    """The reading: drafts and refusals, each in their order, and what `survey` counted while `outcomes` were made.

    Raises `nothing` when there is neither a draft nor a refusal.
    """
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    for outcome in outcomes:
        if isinstance(outcome, Draft):
            drafts.append(outcome)
        elif isinstance(outcome, Refusal):
            refusals.append(outcome)
        else:
            for one in outcome:
                if isinstance(one, Draft):
                    drafts.append(one)
                else:
                    refusals.append(one)
    if not drafts and not refusals:
        raise nothing
    return Reading(tuple(drafts), tuple(refusals), survey.dropped, survey.unknown_fields)


def together(readings: Sequence[Reading]) -> Reading:
    """One reading of several, for a payload whose parts are in different forms."""
    dropped: dict[Dropped, int] = {}
    for reading in readings:
        for kind, times in reading.dropped.items():
            dropped[kind] = dropped.get(kind, 0) + times
    return Reading(
        tuple(draft for reading in readings for draft in reading.drafts),
        tuple(refusal for reading in readings for refusal in reading.refusals),
        dropped,
        sum(reading.unknown_fields for reading in readings),
    )
