"""Finds where an XML document ends in a stream that goes on: at the closing tag of its first element. No IO."""

import re

from rasid.errors import InvalidEvent
from services.ingest.payload import xml_document

# What may stand before a message: blanks, a byte order mark, and the control characters some senders frame with.
FRAMING = bytes(range(0x21)) + b"\x7f\xef\xbb\xbf"
HEAD_BYTES = 16 * 1024
_BLANKS_IN_TAG = 64


class DocumentEnd:
    """Fed the chunks of one document, tells where it ends. Holds little more than a tag's length of them."""

    def __init__(self) -> None:
        self._head = b""
        self._closing: re.Pattern[bytes] | None = None
        self._overlap = 0
        self._tail = b""

    def find(self, chunk: bytes) -> int | None:
        """How many bytes of this chunk belong to the document when it ends here; None when it goes on.

        Raises InvalidEvent when what has come cannot be XML.
        """
        if self._closing is None:
            before = len(self._head)
            self._head += chunk
            return self._look_at_head(before)
        return self._search(chunk)

    def _look_at_head(self, before: int) -> int | None:
        """Until the first tag is whole, everything is kept; then it is searched at once."""
        if not self._head.startswith(b"<"):
            raise InvalidEvent("not_xml", "what came over the connection is no XML: it must begin with <")
        found = xml_document.first_element(self._head)
        closed = -1 if found is None else self._head.find(b">", found[1])
        if found is None or closed == -1:
            if len(self._head) > HEAD_BYTES:
                raise InvalidEvent("xml_root_missing", f"no element begins in the first {HEAD_BYTES} bytes")
            return None
        self._closing = re.compile(rb"</" + re.escape(found[0]) + rb"\s{0,%d}>" % _BLANKS_IN_TAG)
        self._overlap = len(found[0]) + _BLANKS_IN_TAG + len(b"</>")
        head, self._head = self._head, b""
        end = closed + 1 if head[closed - 1 : closed] == b"/" else self._search(head)
        return None if end is None else end - before

    def _search(self, chunk: bytes) -> int | None:
        window = self._tail + chunk
        found = None if self._closing is None else self._closing.search(window)
        if found is not None:
            return found.end() - len(self._tail)
        self._tail = window[-self._overlap :]
        return None
