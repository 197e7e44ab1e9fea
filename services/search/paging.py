"""Where a page of passages ended: latest first, by capture and id. A cursor holds for one query of one person only."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from rasid.contract.fields import parse_utc, utc_text
from rasid.errors import BadRequest
from rasid.runtime.paging import read_cursor, write_cursor

SEAL_HEX = 32


@dataclass(frozen=True, slots=True)
class Position:
    """The last passage of a page: when it was captured, and its id."""

    captured_at: datetime
    passage_id: str


class Cursors:
    """Writes and reads cursors; `key` is a secret that all processes of the service share."""

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(key.encode(), b"rasid cursor search", sha256)

    def write(self, position: Position, query: Mapping[str, object], subject: str) -> str:
        """The position as text, bound to what was asked and by whom."""
        captured_at = utc_text(position.captured_at)
        seal = self._seal(captured_at, position.passage_id, query, subject)
        return write_cursor(captured_at, position.passage_id, seal)

    def read(self, text: str, query: Mapping[str, object], subject: str) -> Position:
        """The position that `write` wrote; raises BadRequest for another query's, another person's or no cursor."""
        captured_at, passage_id, seal = read_cursor(text, 3)
        if not hmac.compare_digest(seal.encode(), self._seal(captured_at, passage_id, query, subject).encode()):
            raise BadRequest(
                "cursor-foreign",
                "`cursor` belongs to another query or another person: send the same query as for the page before, "
                "or leave it out",
            )
        return Position(parse_utc(captured_at), passage_id)

    def _seal(self, captured_at: str, passage_id: str, query: Mapping[str, object], subject: str) -> str:
        bound = json.dumps([captured_at, passage_id, query, subject], sort_keys=True)
        return hmac.digest(self._key, bound.encode(), sha256).hex()[:SEAL_HEX]
