"""Making Kafka's users and giving them their rights, as an administrator. Both may be done again at every start."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1, DescribeAclsRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

from rasid.contract.access import Kind, Right
from rasid.errors import ConfigurationError, Unavailable
from rasid.stream.kafka_client import unavailable
from rasid.stream.login import Login, connect
from rasid.stream.rights import CODES

CLIENT = "rasid-setup"
REQUEST_MS = 10_000
DEADLINE_SECONDS = 30.0
AGAIN_SECONDS = 0.1

# Kafka's least. Our passwords are random: more rounds make no guess harder, and each connection computes them.
ITERATIONS = 4096
SALT_BYTES = 24
SHA_512 = 2

# Kafka's numbers (protocol guide: ResourceType, PatternType, AclPermissionType).
KINDS: Mapping[Kind, int] = {Kind.TOPIC: 2, Kind.GROUP: 3}
ANY, ALLOW, LITERAL, PREFIXED = 1, 3, 3, 4
EVERY_HOST = "*"

Acl = tuple[int, str, int, str, str, int, int]
"""Kind, name, pattern, principal, host, operation and permission, as the protocol orders them."""


async def ensure_users(bootstrap: str, passwords: Mapping[str, str], login: Login | None) -> None:
    """Give these users these passwords (SCRAM-SHA-512), and return when every broker of `bootstrap` takes them.

    Raises Unavailable, and ConfigurationError when `login` may not do it.
    """
    connection = await _connected(bootstrap, login)
    with closing(connection):
        answer = await _send(connection, _SetPasswords(passwords))
    for user, code, why, _tags in answer.results:
        _raise_unless_done(f"the user {user}", code, why)
    async with asyncio.timeout(DEADLINE_SECONDS):
        for broker in bootstrap.split(","):
            for user, password in passwords.items():
                await _until_taken(broker, Login(user, password))


async def ensure_rights(bootstrap: str, rights: Sequence[Right], login: Login | None) -> tuple[int, int]:
    """Give exactly these rights to the principals they name; returns how many were given, and how many taken away.

    Other principals' rights stay as they are. Returns when every broker of `bootstrap` goes by them. Raises Unavailable
    and ConfigurationError.
    """
    wanted = {_acl(right) for right in rights}
    connection = await _connected(bootstrap, login)
    with closing(connection):
        there = await _acls(connection, wanted)
        missing, surplus = sorted(wanted - there), sorted(there - wanted)
        given = await _send(connection, _Acls(missing, CreateAclsRequest_v1))
        taken = await _send(connection, _Acls(surplus, DeleteAclsRequest_v1))
    for code, why, *_matching in (*given.creation_responses, *taken.filter_responses):
        _raise_unless_done("giving and taking rights", code, why)
    async with asyncio.timeout(DEADLINE_SECONDS):
        for broker in bootstrap.split(","):
            await _until_gone_by(broker, wanted, login)
    return len(missing), len(surplus)


def _acl(right: Right) -> Acl:
    pattern = PREFIXED if right.by_prefix else LITERAL
    who = f"User:{right.principal}"
    return KINDS[right.kind], right.name, pattern, who, EVERY_HOST, CODES[right.operation], ALLOW


async def _acls(connection: AIOKafkaConnection, wanted: set[Acl]) -> set[Acl]:
    """Those of the principals that `wanted` names."""
    principals = {acl[3] for acl in wanted}
    answer = await _send(connection, DescribeAclsRequest(ANY, None, ANY, None, None, ANY, ANY))
    _raise_unless_done("looking at rights", answer.error_code, answer.error_message)
    return {
        (kind, name, pattern, *acl)
        for kind, name, pattern, acls in answer.resources
        for acl in acls
        if acl[0] in principals
    }


async def _until_taken(broker: str, login: Login) -> None:
    while True:
        try:
            (await _connected(broker, login)).close()
        except (ConfigurationError, Unavailable):
            await asyncio.sleep(AGAIN_SECONDS)  # this broker has not heard of it yet
        else:
            return


async def _until_gone_by(broker: str, wanted: set[Acl], login: Login | None) -> None:
    connection = await _connected(broker, login)
    with closing(connection):
        while await _acls(connection, wanted) != wanted:  # noqa: ASYNC110 - the broker tells nobody of it
            await asyncio.sleep(AGAIN_SECONDS)


async def _connected(bootstrap: str, login: Login | None) -> AIOKafkaConnection:
    try:
        return await connect(bootstrap, login, client_id=CLIENT, request_ms=REQUEST_MS)
    except KafkaError as error:
        raise unavailable(error) from error


async def _send(connection: AIOKafkaConnection, request: Any) -> Any:
    try:
        return await connection.send(request)
    except (KafkaError, TimeoutError) as error:
        raise unavailable(error) from error


def _raise_unless_done(what: str, code: int, why: str | None) -> None:
    if code:
        error = for_code(code)
        if error.retriable:
            raise Unavailable("Kafka", f"{what}: {why or error.__name__}")
        raise ConfigurationError(
            f"Kafka refuses {what}: {why or error.__name__}",
            "set-up must be a user of Kafka's super.users: RASID_KAFKA_ROOT_USER and RASID_KAFKA_ROOT_PASSWORD; "
            "the brokers need authorizer.class.name (docs/operations.md, Doors)",
        )


def _upsertion(user: str, password: str) -> tuple[Any, ...]:
    salt = secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return user, SHA_512, ITERATIONS, salt, salted, {}


class _Acls(Request[CreateAclsRequest_v1]):  # type: ignore[misc]  # aiokafka has no types
    """Several at once: aiokafka's own sends one. Giving and taking away are asked for in the same form."""

    API_KEY = CreateAclsRequest_v1.API_KEY

    def __init__(self, acls: Sequence[Acl], struct: type[Any]) -> None:
        self._acls = list(acls)
        self._struct = struct
        self.API_KEY = struct.API_KEY  # which of the two it is

    def build(self, request_struct_class: type[Any]) -> Any:
        """Version 1 of either."""
        del request_struct_class
        return self._struct(self._acls)


class _Answer(Response):  # type: ignore[misc]  # the same
    API_KEY = 51
    API_VERSION = 0
    SCHEMA: ClassVar[Any] = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _SetPasswords0(RequestStruct):  # type: ignore[misc]  # the same
    API_KEY = 51
    API_VERSION = 0
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _Answer
    SCHEMA: ClassVar[Any] = Schema(
        (
            "deletions",
            CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields)),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _SetPasswords(Request[_SetPasswords0]):  # type: ignore[misc]  # the same
    """AlterUserScramCredentials, which aiokafka does not know."""

    API_KEY = 51

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._passwords = passwords

    def build(self, request_struct_class: type[_SetPasswords0]) -> _SetPasswords0:
        """No user is taken away."""
        return request_struct_class([], [_upsertion(*each) for each in self._passwords.items()], {})
