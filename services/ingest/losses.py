"""What ingest says of events that it accepted and could not deliver: a dead letter that counts them."""

from datetime import UTC, datetime

import msgspec

from rasid.contract.codec import Message
from rasid.contract.fields import utc_text
from rasid.contract.topics import INGEST_DEAD_LETTERS
from rasid.stream.spool_losses import Loss
from services.ingest.dead_letters import dead_letter
from services.ingest.payload.reading import Refusal


def loss_letter(loss: Loss, at: datetime) -> Message | None:
    """How many there were of one camera, on which topic they belong, when they came, and why they do not arrive.

    Nothing of what they said: it may have outlived its time. None for dead letters that did: the log is enough.
    """
    if loss.kind == INGEST_DEAD_LETTERS.name:
        return None
    first_at, last_at = (utc_text(datetime.fromtimestamp(ms / 1000, UTC)) for ms in (loss.first_ms, loss.last_ms))
    about = {"topic": loss.kind, "events": loss.rows, "first_spooled_at": first_at, "last_spooled_at": last_at}
    refusal = Refusal(loss.reason, f"{loss.rows} of {loss.kind}: {loss.detail}", msgspec.json.encode(about))
    return dead_letter(loss.key.decode(), refusal, (), at)
