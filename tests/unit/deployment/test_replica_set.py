"""Making the replica set: what is asked of a server in each state it can be in (its words are MongoDB's)."""

from typing import Any, Self

import pymongo
import pytest
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from rasid.errors import ConfigurationError, Unavailable
from tools.deployment.replica_set import ensure_replica_set

URI = "mongodb://mongo:27017/?directConnection=true"
WAITS = {"isWritablePrimary": False, "isreplicaset": True, "info": "Does not have a valid replica set config"}
PRIMARY = {"isWritablePrimary": True, "setName": "rasid"}
ELECTING = {"isWritablePrimary": False, "setName": "rasid"}
SINGLE = {"isWritablePrimary": True}


class Server:
    """Answers `hello` with each of `states` in turn, and takes or refuses `replSetInitiate`."""

    def __init__(self, *states: dict[str, Any], refuses: Exception | None = None) -> None:
        self.states, self.refuses = list(states), refuses
        self.initiated: list[dict[str, Any]] = []
        self.options: dict[str, Any] = {}
        self.admin = self

    def __class_getitem__(cls, _: object) -> type:
        return cls

    def __call__(self, uri: str, **options: Any) -> "Server":
        self.options = options
        return self

    def __getitem__(self, _: object) -> "Server":
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def command(self, name: str, config: dict[str, Any] | None = None) -> dict[str, Any]:
        if name == "hello":
            return self.states.pop(0) if len(self.states) > 1 else self.states[0]
        assert name == "replSetInitiate"
        if self.refuses:
            raise self.refuses
        self.initiated.append(config or {})
        return {"ok": 1}


@pytest.fixture
def ensured(monkeypatch: pytest.MonkeyPatch):
    def ensure(server: Server, uri: str = URI) -> str:
        monkeypatch.setattr(pymongo, "MongoClient", server)
        return ensure_replica_set(uri, "rasid")

    return ensure


def test_a_server_that_waits_becomes_the_primary_under_the_name_clients_use(ensured):
    server = Server(WAITS, PRIMARY)
    assert "'rasid'" in ensured(server)
    assert server.initiated == [{"_id": "rasid", "members": [{"_id": 0, "host": "mongo:27017"}]}]
    assert server.options["directConnection"] is True
    assert server.options["replicaSet"] is None, "the driver would look for a set that is not there yet"


def test_a_set_that_is_there_is_left_as_it_is(ensured):
    server = Server(PRIMARY)
    ensured(server)
    assert server.initiated == []


def test_until_there_is_a_primary_it_is_waited_for(ensured):
    with pytest.raises(Unavailable, match="no primary yet"):
        ensured(Server(WAITS, ELECTING))
    with pytest.raises(Unavailable, match="no primary yet"):
        ensured(Server(ELECTING))


def test_another_set_up_that_was_quicker_is_no_error(ensured):
    taken = OperationFailure("already initialized", 23)
    assert ensured(Server(WAITS, PRIMARY, refuses=taken))


def test_a_single_server_is_refused_with_what_to_do(ensured):
    with pytest.raises(ConfigurationError, match="start mongod with --replSet"):
        ensured(Server(SINGLE))


def test_a_set_of_several_is_looked_at_and_never_made(ensured):
    server = Server(PRIMARY)
    ensured(server, "mongodb://a,b,c/?replicaSet=rasid")
    assert "directConnection" not in server.options


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (OperationFailure("not authorized", 13), ConfigurationError),
        (OperationFailure("busy", 262), Unavailable),
        (ServerSelectionTimeoutError("nobody"), Unavailable),
    ],
)
def test_what_the_driver_says_becomes_our_own_errors(ensured, refusal: Exception, error: type[Exception]):
    with pytest.raises(error):
        ensured(Server(WAITS, refuses=refusal))


def test_a_wrong_connection_string_is_named(ensured):
    with pytest.raises(ConfigurationError, match="RASID_MONGO"):
        ensured(Server(PRIMARY), "http://mongo")
