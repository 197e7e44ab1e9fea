"""MongoDB as a replica set: without one there is no majority that a write could be acknowledged by."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError as WrongUri
from pymongo.errors import InvalidURI, OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

from rasid.errors import ConfigurationError, Unavailable

TIMEOUT_MS = 5_000
UNAUTHORIZED = (13, 18)
ALREADY_INITIALIZED = 23
# As in a set of several that is still electing.
NOT_YET = "it has no primary yet"


def ensure_replica_set(uri: str, name: str) -> str:
    """Initiate the set `name` with the server of `uri` as its one member, if that server waits for it.

    Returns one line that says what there is. A set of several members is its administrator's to make: it is only looked
    at. Raises Unavailable (also while there is no primary) or ConfigurationError.
    """
    nodes = _nodes(uri)
    with _connected(uri, direct=len(nodes) == 1) as admin:
        hello = admin.command("hello")
        if "setName" not in hello:
            if not hello.get("isreplicaset"):
                raise ConfigurationError(
                    "the database is a single server and no replica set: it cannot acknowledge by majority",
                    "start mongod with --replSet",
                )
            _initiate(admin, name, nodes[0])
            hello = admin.command("hello")
        if not hello.get("isWritablePrimary"):
            raise Unavailable("the database", NOT_YET)
        return f"replica set {hello.get('setName')!r} has its primary"


def _nodes(uri: str) -> list[tuple[str, int]]:
    try:
        return [(str(host), int(port or 27017)) for host, port in parse_uri(uri)["nodelist"]]
    except (InvalidURI, WrongUri, ValueError) as error:
        raise ConfigurationError(f"RASID_MONGO: {error}", "give a mongodb:// connection string") from None


def _initiate(admin: Database[Mapping[str, Any]], name: str, node: tuple[str, int]) -> None:
    """Make the set; the member is named as clients reach it, not by the container's own made-up name."""
    member = {"_id": 0, "host": f"{node[0]}:{node[1]}"}
    try:
        admin.command("replSetInitiate", {"_id": name, "members": [member]})
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:  # another set-up was quicker
            raise


@contextmanager
def _connected(uri: str, *, direct: bool) -> Iterator[Database[Mapping[str, Any]]]:
    options: dict[str, Any] = {"directConnection": True, "replicaSet": None} if direct else {}
    try:
        with MongoClient[Mapping[str, Any]](
            uri, serverSelectionTimeoutMS=TIMEOUT_MS, timeoutMS=TIMEOUT_MS, **options
        ) as client:
            yield client.admin
    except OperationFailure as error:
        if error.code in UNAUTHORIZED:
            raise ConfigurationError(
                "the database refuses these credentials", "check user and password in RASID_MONGO"
            ) from None
        raise Unavailable("the database", f"code {error.code}") from None
    except PyMongoError as error:
        raise Unavailable("the database", type(error).__name__) from None
