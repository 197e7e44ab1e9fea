"""Indexes as a service declares them: made by the set-up of a deployment, and seen to at every start of the service."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasid.errors import ConfigurationError
from rasid.storage.mongo import Document, Keys, Mongo


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


async def check_indexes(mongo: Mongo, indexes: Iterable[Index]) -> None:
    """Raises ConfigurationError that names those that are missing or others than declared, and Unavailable."""
    wanted = tuple(indexes)
    found = {name: await mongo.collection(name).indexes() for name in {index.collection for index in wanted}}
    if faults := [fault for index in wanted if (fault := fault_of(index, found[index.collection]))]:
        raise ConfigurationError(
            f"the database is not as this version needs it: {'; '.join(faults)}",
            "run `rasid setup`, which makes what is missing; drop an index that is another one first",
        )


def fault_of(index: Index, found: Sequence[Document]) -> str | None:
    """What is wrong with an index, by those that its collection has; None when it is there as declared."""
    name = f"the index of {index.collection} by {', '.join(key for key, _ in index.keys)}"
    mine = next((one for one in found if list(one["key"].items()) == list(index.keys)), None)
    if mine is None:
        return f"{name} is missing"
    is_same = (bool(mine.get("unique")), mine.get("expireAfterSeconds")) == (index.unique, index.expire_after_seconds)
    return None if is_same else f"{name} is another one"
