"""A part of a payload that no event could be made of, as it is kept on `rasid.ingest.dlq.v1`. No IO.

Kept are the first bytes, the reason, and the request's headers that say how the body was sent. It is a list of what is
kept, not of what is left out: a secret may be in a header nobody thought of. The address is not kept, for the same
reason, and passwords in addresses that the payload itself names are taken out.
"""

from collections.abc import Iterable
from datetime import datetime

from rasid.contract.codec import Message
from rasid.contract.event_ids import caused_id, digest
from rasid.contract.fields import utc_text
from rasid.contract.topics import INGEST_DEAD_LETTERS
from services.ingest.payload.reading import Refusal
from services.ingest.payload.redaction import without_secrets

FIRST_BYTES = 4096
HEADER_CHARACTERS = 256
KEPT_HEADERS = frozenset(
    {
        "accept",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "transfer-encoding",
        "user-agent",
    },
)


def dead_letter(
    camera_id: str,
    refusal: Refusal,
    headers: Iterable[tuple[str, str]],
    received_at: datetime,
) -> Message:
    """The dead letter of one refused part. The same part of the same camera has the same `rasid_id`.

    `rasid_size_bytes` and `rasid_sha256` are of the whole part, of which the value is the beginning.
    """
    sha256 = digest(refusal.part)
    about = {
        "id": caused_id(f"{camera_id}:{sha256}", f"dead-letter:{refusal.reason}"),
        "reason": refusal.reason,
        "detail": refusal.detail,
        "camera_id": camera_id,
        "at": utc_text(received_at),
        "size_bytes": str(len(refusal.part)),
        "sha256": sha256,
    }
    sent = {name.lower(): text[:HEADER_CHARACTERS] for name, text in headers if name.lower() in KEPT_HEADERS}
    return Message(
        topic=INGEST_DEAD_LETTERS.name,
        key=camera_id.encode(),
        value=without_secrets(refusal.part[: 2 * FIRST_BYTES])[:FIRST_BYTES],
        headers=(
            *((f"rasid_{name}", text.encode()) for name, text in about.items()),
            *((f"http_{name}", text.encode()) for name, text in sent.items()),
        ),
    )
