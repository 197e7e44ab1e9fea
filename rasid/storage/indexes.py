"""Indexes as a service declares them: made by the set-up of a deployment, and seen to at every start of the service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rasid.storage.mongo import Keys, Mongo


@dataclass(frozen=True, slots=True)
class Index:
    """One index of one collection; `expire_after_seconds` 0 on a time removes documents at that time (`Collection`)."""

    collection: str
    keys: Keys
    unique: bool = False
    sparse: bool = False
    expire_after_seconds: int | None = None
    partial: Mapping[str, Any] | None = None


async def ensure_indexes(mongo: Mongo, indexes: Iterable[Index]) -> None:
    """Make what is missing. Raises Unavailable, and ConfigurationError for one that is there and is another."""
    for index in indexes:
        await mongo.collection(index.collection).ensure_index(
            index.keys,
            unique=index.unique,
            sparse=index.sparse,
            expire_after_seconds=index.expire_after_seconds,
            partial=index.partial,
        )
