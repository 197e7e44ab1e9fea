"""XML as devices send it, parsed without entities, without network and within limits. No IO.

Tolerated: a byte order mark, blanks before the declaration, a wrong declared encoding, prefixes nobody declared,
several documents after one another. Refused: any document type declaration (it is what entity bombs are made of),
size, and nesting deeper than any device's.
"""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from msgspec import Struct

from rasid.errors import InvalidEvent
from services.ingest.payload.charset import BLANK, to_utf8
from services.ingest.payload.tree import MAX_DEPTH, TEXT, Members, Node, clean

MAX_BYTES = 4 * 1024 * 1024
MAX_TAGS = 40_000
MAX_DOCUMENTS = 64
# How far into a document its first element is looked for when it is not parsed.
HEAD_BYTES = 16 * 1024

_BEFORE_ROOT = rb"(?:<\?.*?\?>|<!--.*?-->|\s++)*+"
_DOCTYPE = rb"<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>\s*+"
_PROLOG = re.compile(_BEFORE_ROOT, re.DOTALL)
_ROOT = re.compile(
    _BEFORE_ROOT + rb"(?:" + _DOCTYPE + rb")?+<((?:[^\s:<>/!?]{1,100}:)?([^\s:<>/!?]{1,100}))", re.DOTALL
)
_TAG_END = re.compile(rb"\s*+>")


class Document(Struct, frozen=True):
    """A parsed document: its first element's local name and what it holds.

    `is_damaged` when bytes of its text fitted no encoding and were replaced by U+FFFD.
    """

    name: str
    root: str | Node
    is_damaged: bool

    @property
    def fields(self) -> Node:
        """What is inside the first element."""
        return self.root if isinstance(self.root, Node) else Node()


def root_name(body: bytes) -> str | None:
    """The local name of the first element, without parsing; None when this does not look like XML."""
    found = _ROOT.match(to_utf8(body[:HEAD_BYTES])[0].lstrip(BLANK))
    return None if found is None else found[2].decode("utf-8", "replace")


def first_element(text: bytes) -> tuple[bytes, int] | None:
    """The first element's name as written, and where the name ends; None when it has not begun yet."""
    found = _ROOT.match(text)
    return None if found is None else (found[1], found.end())


def split(body: bytes) -> list[bytes]:
    """Cut documents that follow one another in one body. What cannot be cut stays with the last piece."""
    if len(body) > MAX_BYTES or b"\0" in body[:4]:
        return [body]  # refused later, or wide characters, which nobody sends several documents in
    pieces: list[bytes] = []
    rest = body.strip(BLANK)
    while rest:
        end = _end_of_document(rest) if len(pieces) < MAX_DOCUMENTS else len(rest)
        pieces.append(rest[:end])
        rest = rest[end:].lstrip(BLANK)
    return pieces


def parse(body: bytes, charset: str = "", *, with_attributes: bool = False) -> Document:
    """Parse one document; attributes are fields named `@name` or go. Raises InvalidEvent: `xml_...`."""
    if len(body) > MAX_BYTES:
        raise InvalidEvent("xml_too_large", f"an XML document of {len(body)} bytes: the limit is {MAX_BYTES}")
    text, is_damaged = to_utf8(body, charset)
    text = text.strip(BLANK)
    if len(text) > MAX_TAGS and text.count(b"<") > MAX_TAGS:
        raise InvalidEvent("xml_too_large", f"the XML document has more than {MAX_TAGS} tags")
    if text.startswith(b"<!DOCTYPE", _prolog_end(text)):
        raise InvalidEvent(
            "xml_entities_refused",
            "the XML document declares a document type (DOCTYPE); entities are never expanded: send it without",
        )
    root = _tree(text)
    value = _value(root, 0, with_attributes=with_attributes)
    return Document(_local(root.tag), clean(value) if isinstance(value, str) else Node(value), is_damaged)


def _tree(text: bytes) -> Element:
    """The elements of a document. The parser calls the builder directly, without a step of ours for each tag."""
    # Expat without namespaces takes prefixes nobody declared. The encoding is settled before; entities cannot be
    # declared without a document type, which is refused before and never loaded from elsewhere.
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        # The parser's own words may quote the document, and a document names plates: where it is wrong is enough.
        place = f"it breaks off or goes wrong at line {error.lineno}, column {error.offset + 1}"
        raise InvalidEvent("xml_not_well_formed", f"the XML document is not well-formed: {place}") from None
    return builder.close()


def _value(element: Element, depth: int, *, with_attributes: bool) -> str | Members:
    """An element as a field's value: its fields when something is inside, else its text.

    Namespaces, comments and instructions go; with elements inside, so does the text between them.
    """
    attributes = element.items() if with_attributes else ()
    fields = _attributes(attributes) if attributes else {}
    if not len(element):
        text = element.text or ""
        if fields and clean(text):
            fields[TEXT] = text
        return fields or text
    if depth >= MAX_DEPTH:
        raise InvalidEvent("xml_too_deep", f"the XML document is nested deeper than {MAX_DEPTH} levels")
    for child in element:
        # Most hold a text and nothing else: no call for them.
        is_nested = len(child) or (with_attributes and child.keys())
        value = _value(child, depth + 1, with_attributes=with_attributes) if is_nested else child.text or ""
        name = child.tag if ":" not in child.tag else _local(child.tag)
        if name not in fields:
            fields[name] = value
        elif type(fields[name]) is list:
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields


def _attributes(attributes: Iterable[tuple[str, str]]) -> Members:
    """Attributes as fields named `@name`; namespace declarations are none."""
    fields: Members = {}
    for name, value in attributes:
        if name != "xmlns" and not name.startswith("xmlns:"):
            fields.setdefault(f"@{_local(name) if ':' in name else name}", value)
    return fields


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _prolog_end(text: bytes) -> int:
    found = _PROLOG.match(text)
    return found.end() if found else 0


def _end_of_document(text: bytes) -> int:
    root = _ROOT.match(text)
    if root is None:
        return len(text)
    tag_end = text.find(b">", root.end()) + 1
    if text.endswith(b"/>", 0, tag_end):
        return tag_end
    closing = b"</" + root[1]
    at = text.find(closing)
    while at != -1:
        end = _TAG_END.match(text, at + len(closing))
        if end is not None:
            return end.end()
        at = text.find(closing, at + len(closing))
    return len(text)
