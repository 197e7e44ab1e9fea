"""Records as the database keeps them: times stay times."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from rasid.storage.mongo import Document

S = TypeVar("S", bound=Struct)


def to_document(record: Struct, key: str) -> Document:
    """A record under the name of its field `key`."""
    document: Document = msgspec.to_builtins(record, builtin_types=(datetime,))
    document["_id"] = document.pop(key)
    return document


def from_document(document: Document, kind: type[S], key: str) -> S:
    """The record a document holds; what the record does not name is passed over."""
    fields: dict[str, Any] = {**document, key: document["_id"]}
    return msgspec.convert(fields, kind)
