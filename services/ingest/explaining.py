"""What the platform makes of a payload, for whoever sets a camera up; `rasid explain` and its route share it. No IO."""

from collections.abc import Iterator

import msgspec

from rasid.contract.codec import to_structured
from services.ingest.payload.reading import Refusal
from services.ingest.read import Result


def events_of(result: Result) -> Iterator[bytes]:
    """The events as ingest would publish them, each one JSON object in CloudEvents' structured mode."""
    return (to_structured(one.event) for one in result.normalized)


def problems_of(result: Result) -> list[dict[str, object]]:
    """A problem (RFC 9457) for each part no event could be made of, with a reason an engineer can act on."""
    return [_problem(refusal, result.adapter) for refusal in result.refusals]


def whole(result: Result) -> bytes:
    """Everything as one JSON object."""
    return msgspec.json.encode(
        {
            "adapter": result.adapter,
            "events": [msgspec.Raw(event) for event in events_of(result)],
            "refused": problems_of(result),
            "dropped": result.dropped,
            "unknown_fields": result.unknown_fields,
        }
    )


def _problem(refusal: Refusal, adapter: str | None) -> dict[str, object]:
    return {
        "type": f"urn:rasid:problem:{refusal.reason}",
        "title": "This part of the payload was refused",
        "status": 422,
        "detail": refusal.detail,
        "reason": refusal.reason,
        "adapter": adapter,
    }
