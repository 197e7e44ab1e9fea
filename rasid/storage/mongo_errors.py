"""What the driver's errors mean to us, and the deadline within which it must answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from rasid.errors import ConfigurationError, RasidError, Unavailable

# The driver gives up first, so that its threads do not outlive what waited for them.
GRACE_SECONDS = 1.0
DUPLICATE_KEY = 11000
NO_RIGHT, NOT_TAKEN = 13, 18
UNAUTHORIZED = (NO_RIGHT, NOT_TAKEN)


class Duplicate(RasidError):
    """A document with this key is already there."""


@asynccontextmanager
async def guarded(deadline_seconds: float) -> AsyncIterator[None]:
    """Bound what happens inside, and turn the driver's errors into ours.

    Raises ConfigurationError when the database refuses the user.
    """
    try:
        async with asyncio.timeout(deadline_seconds + GRACE_SECONDS):
            yield
    except TimeoutError:
        raise Unavailable("the database", f"no answer within {deadline_seconds:g} s") from None
    except DuplicateKeyError as error:
        raise Duplicate(f"a unique key of {_index_of(error)} is taken") from None
    except BulkWriteError:
        raise
    except OperationFailure as error:
        if error.code in UNAUTHORIZED:
            raise refused(error) from None
        if error.timeout or error.has_error_label("RetryableWriteError"):
            raise Unavailable("the database", f"code {error.code}") from None
        raise
    except PyMongoError as error:
        raise Unavailable("the database", type(error).__name__) from None


def refused(error: OperationFailure) -> ConfigurationError:
    """What to say when the database does not take a user, or the user may not; its own words may hold a document."""
    if error.code == NOT_TAKEN:
        return ConfigurationError(
            "the database does not take this user with this password",
            "see RASID_MONGO_USER and RASID_MONGO_PASSWORD; `rasid setup` makes the users, with the passwords of now",
        )
    return ConfigurationError(
        "the database refuses it to this user, or to whoever names none",
        "give each service its own user in RASID_MONGO_USER, and run `rasid setup`: it gives the user its database",
    )


def _index_of(error: DuplicateKeyError) -> str:
    """The fields of the index, never the value: a value may be a plate."""
    pattern = (error.details or {}).get("keyPattern", {})
    return ", ".join(pattern) or "the collection"


def only_duplicates(error: BulkWriteError) -> list[int]:
    """Which of the documents were there already; raises Unavailable when anything else went wrong."""
    details = error.details or {}
    rows = details.get("writeErrors", ())
    if details.get("writeConcernErrors") or any(row.get("code") != DUPLICATE_KEY for row in rows):
        raise Unavailable("the database", "a bulk write was only partly done") from None
    return [int(row["index"]) for row in rows]
