"""MongoDB as a replica set: without one there is no majority that a write could be acknowledged by."""

from pymongo.errors import OperationFailure

from rasid.errors import ConfigurationError, Unavailable
from rasid.storage.mongo_login import Login
from tools.engines.mongo_admin import Admin, connected, servers

ALREADY_INITIALIZED = 23
# As in a set of several that is still electing.
NOT_YET = "it has no primary yet"


def ensure_replica_set(uri: str, name: str, root: Login | None = None) -> str:
    """As `root`, initiate the set `name` with the server of `uri` as its one member, if that server waits for it.

    Returns one line that says what there is. A set of several members is its administrator's to make: it is only looked
    at. Raises Unavailable (also while there is no primary) or ConfigurationError.
    """
    with connected(uri, root) as admin:
        hello = admin.command("hello")
        if "setName" not in hello:
            if not hello.get("isreplicaset"):
                raise ConfigurationError(
                    "the database is a single server and no replica set: it cannot acknowledge by majority",
                    "start mongod with --replSet",
                )
            _initiate(admin, name, servers(uri)[0])
            hello = admin.command("hello")
        if not hello.get("isWritablePrimary"):
            raise Unavailable("the database", NOT_YET)
        return f"replica set {hello.get('setName')!r} has its primary"


def _initiate(admin: Admin, name: str, node: tuple[str, int]) -> None:
    """Make the set; the member is named as clients reach it, not by the container's own made-up name."""
    member = {"_id": 0, "host": f"{node[0]}:{node[1]}"}
    try:
        admin.command("replSetInitiate", {"_id": name, "members": [member]})
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:  # another set-up was quicker
            raise
