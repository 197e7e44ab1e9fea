"""XML as devices send it, parsed without entities, without network and within limits. No IO.

Tolerated: a byte order mark, blanks before the declaration, a wrong declared encoding, prefixes nobody declared,
several documents after one another. Refused: any document type declaration (it is what entity bombs are made of),
size, and more than 256 levels (the parser's own limit; `tree.py` has a lower one).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from lxml import etree

from rasid.errors import InvalidEvent
from services.ingest.charset import to_utf8

MAX_BYTES = 4 * 1024 * 1024
MAX_TAGS = 40_000
MAX_DOCUMENTS = 64
# How far into a document its first element is looked for when it is not parsed.
HEAD_BYTES = 16 * 1024

_BLANK = b" \t\r\n\0"
_PROLOG = re.compile(rb"(?:<\?.*?\?>|<!--.*?-->|\s++)*+", re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>\s*+", re.DOTALL)
_ROOT = re.compile(rb"<((?:[^\s:<>/!?]{1,100}:)?([^\s:<>/!?]{1,100}))")


def _parser(*, recover: bool) -> etree.XMLParser:
    # The encoding is settled before; what the declaration says is not asked again.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        recover=recover,
    )


_STRICT = _parser(recover=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document; `is_damaged` when bytes of its text fitted no encoding and were replaced by U+FFFD."""

    root: etree._Element
    is_damaged: bool


def root_name(body: bytes) -> str | None:
    """The local name of the first element, without parsing; None when this does not look like XML."""
    found = _root(to_utf8(body[:HEAD_BYTES])[0].lstrip(_BLANK))
    return None if found is None else found[2].decode("utf-8", "replace")


def looks_like_xml(body: bytes) -> bool:
    """Whether the first character is the one XML begins with."""
    return to_utf8(body[:64])[0].lstrip(_BLANK).startswith(b"<")


def split(body: bytes) -> list[bytes]:
    """Cut documents that follow one another in one body. What cannot be cut stays with the last piece."""
    if len(body) > MAX_BYTES or b"\0" in body[:4]:
        return [body]  # refused later, or wide characters, which nobody sends several documents in
    pieces: list[bytes] = []
    rest = body.strip(_BLANK)
    while rest:
        end = _end_of_document(rest) if len(pieces) < MAX_DOCUMENTS else len(rest)
        pieces.append(rest[:end])
        rest = rest[end:].lstrip(_BLANK)
    return pieces


def parse(body: bytes, charset: str = "") -> Document:
    """Parse one document. Raises InvalidEvent with a reason that starts with `xml_`."""
    if len(body) > MAX_BYTES:
        raise InvalidEvent("xml_too_large", f"an XML document of {len(body)} bytes: the limit is {MAX_BYTES}")
    text, is_damaged = to_utf8(body, charset)
    text = text.strip(_BLANK)
    if text.count(b"<") > MAX_TAGS:
        raise InvalidEvent("xml_too_large", f"the XML document has more than {MAX_TAGS} tags")
    if text.startswith(b"<!DOCTYPE", _prolog_end(text)):
        raise InvalidEvent(
            "xml_entities_refused",
            "the XML document declares a document type (DOCTYPE); entities are never expanded: send it without",
        )
    return Document(_element(text), is_damaged)


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace or an undeclared prefix."""
    return _local(str(element.tag))


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag[tag.rfind("}") + 1 :].rpartition(":")[2]


def _element(text: bytes) -> etree._Element:
    try:
        return etree.fromstring(text, _STRICT)
    except etree.XMLSyntaxError as error:
        if cast("Any", error).code == etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE:
            return _with_undeclared_prefixes(text)
        raise InvalidEvent("xml_not_well_formed", f"the XML document is not well-formed: {_place(error)}") from None


def _with_undeclared_prefixes(text: bytes) -> etree._Element:
    # A parser of its own: its log must hold the errors of this document alone.
    parser = _parser(recover=True)
    root = etree.fromstring(text, parser)
    faults = [entry for entry in parser.error_log if entry.domain != etree.ErrorDomains.NAMESPACE]
    if root is None or faults:
        where = f"line {faults[0].line}, column {faults[0].column}" if faults else "it has no element"
        raise InvalidEvent("xml_not_well_formed", f"the XML document is not well-formed: {where}")
    return root


def _place(error: etree.XMLSyntaxError) -> str:
    # The parser's own words may quote the document, and a document names plates: where it is wrong is enough.
    line, column = error.position
    return f"it breaks off or goes wrong at line {line}, column {column}"


def _prolog_end(text: bytes) -> int:
    found = _PROLOG.match(text)
    return found.end() if found else 0


def _root(text: bytes) -> re.Match[bytes] | None:
    start = _prolog_end(text)
    doctype = _DOCTYPE.match(text, start)
    return _ROOT.match(text, doctype.end() if doctype else start)


def _end_of_document(text: bytes) -> int:
    root = _root(text)
    if root is None:
        return len(text)
    if text[: text.find(b">", root.end()) + 1].endswith(b"/>"):
        return text.find(b">", root.end()) + 1
    end = re.search(rb"</" + re.escape(root[1]) + rb"\s*>", text)
    return end.end() if end else len(text)
