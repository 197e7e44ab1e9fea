"""Each principal at Kafka's door: what the contract gives it works, and everything else is refused, by the broker."""

from collections.abc import AsyncIterator, Sequence
from itertools import chain

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import TopicAuthorizationFailedError

from rasid.contract.access import PRINCIPALS, Kind, Operation, Right, all_rights, principal, rights_of
from rasid.contract.topics import AUDIT, DETECTIONS, FACES, TOPICS, Topic
from rasid.errors import ConfigurationError, Unavailable
from rasid.stream.admin import ensure_topics, groups
from rasid.stream.checks import check_kafka
from rasid.stream.kafka_consumer import KafkaGroupConsumer
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.login import Login, client_options
from rasid.stream.principals import ensure_rights, ensure_users
from rasid.stream.settings import LoopSettings
from tests.support.eventually import eventually
from tools.engines import GuardedKafka

WRITTEN = b"{}"
READ_MS = 5_000
SEARCH_READS_FACES = Right(principal("search"), Kind.TOPIC, FACES.name, Operation.READ)

pytestmark = [
    # aiokafka says as an error what it then raises.
    pytest.mark.expects_errors("Unable connect", "Topic authorization failed", "Authorization", "not authorized"),
]


@pytest.fixture
async def door(guarded_kafka: GuardedKafka) -> GuardedKafka:
    """A guarded Kafka with every topic, and a record in each."""
    await ensure_topics(guarded_kafka.address, TOPICS, brokers=1)
    async with AIOKafkaProducer(bootstrap_servers=guarded_kafka.address) as admin:
        for topic in TOPICS:
            await admin.send_and_wait(topic.name, WRITTEN, b"k")
    return guarded_kafka


@pytest.fixture
async def changed(door: GuardedKafka) -> AsyncIterator[GuardedKafka]:
    """One whose rights a test may change; afterwards they are the contract's again."""
    yield door
    await ensure_rights(door.guarded_address, all_rights(), door.users.root)


async def written_by(door: GuardedKafka, login: Login, topics: Sequence[Topic]) -> set[str]:
    """Which of these topics this user can write."""
    taken = set()
    async with AIOKafkaProducer(
        bootstrap_servers=door.guarded_address, acks="all", **client_options(login)
    ) as producer:
        for topic in topics:
            try:
                await producer.send_and_wait(topic.name, WRITTEN, b"k")
                taken.add(topic.name)
            except TopicAuthorizationFailedError:
                pass
    return taken


async def reads(door: GuardedKafka, login: Login, topic: Topic) -> bool:
    """Whether this user gets a record of the topic; the broker must give it or refuse it."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=door.guarded_address, auto_offset_reset="earliest", **client_options(login)
    )
    consumer.assign([TopicPartition(topic.name, number) for number in range(topic.partitions)])
    try:
        await consumer.start()
        got = await consumer.getmany(timeout_ms=READ_MS)
    except TopicAuthorizationFailedError:
        return False
    finally:
        await consumer.stop()
    assert list(chain(*got.values())), f"{topic.name} was neither given nor refused"
    return True


async def deleted_by(door: GuardedKafka, login: Login, topics: Sequence[Topic]) -> set[str]:
    """Of which of these topics this user can delete records."""
    gone = set()
    admin = AIOKafkaAdminClient(bootstrap_servers=door.guarded_address, **client_options(login))
    await admin.start()
    try:
        for topic in topics:
            try:
                await admin.delete_records({TopicPartition(topic.name, 0): RecordsToDelete(before_offset=0)})
                gone.add(topic.name)
            except TopicAuthorizationFailedError:
                pass
    finally:
        await admin.close()
    return gone


def given(name: str, operation: Operation) -> set[str]:
    return {right.name for right in rights_of(name) if right.kind is Kind.TOPIC and right.operation is operation}


@pytest.mark.parametrize("name", PRINCIPALS)
async def test_a_principal_writes_what_it_is_given_and_is_refused_every_other_topic(door: GuardedKafka, name: str):
    assert await written_by(door, door.users.of(name), TOPICS) == given(name, Operation.WRITE)


@pytest.mark.parametrize("name", PRINCIPALS)
async def test_a_principal_reads_what_it_is_given_and_is_refused_every_other_topic(door: GuardedKafka, name: str):
    login = door.users.of(name)
    assert {topic.name for topic in TOPICS if await reads(door, login, topic)} == given(name, Operation.READ)


@pytest.mark.parametrize("name", PRINCIPALS)
async def test_nobody_but_oversight_deletes_and_nothing_but_the_audit_log(door: GuardedKafka, name: str):
    wanted = {AUDIT.name} if name == "oversight" else set()
    seen = [topic for topic in TOPICS if topic.name in given(name, Operation.DESCRIBE)]
    assert await deleted_by(door, door.users.of(name), seen) == wanted


async def test_search_cannot_read_faces_without_its_right(changed: GuardedKafka):
    search, root = changed.users.of("search"), changed.users.root
    without = [right for right in all_rights() if right != SEARCH_READS_FACES]
    assert await ensure_rights(changed.guarded_address, without, root) == (0, 1)
    assert not await reads(changed, search, FACES)
    assert await ensure_rights(changed.guarded_address, all_rights(), root) == (1, 0)
    assert await reads(changed, search, FACES)


async def test_set_up_twice_changes_nothing(door: GuardedKafka):
    assert await ensure_rights(door.guarded_address, all_rights(), door.users.root) == (0, 0)


def member(door: GuardedKafka, name: str, group: str) -> KafkaGroupConsumer:
    return KafkaGroupConsumer(
        door.guarded_address,
        DETECTIONS.name,
        group,
        client_id="tests",
        settings=LoopSettings(),
        login=door.users.of(name),
    )


class Nobody:
    """Does nothing with its partitions."""

    async def revoked(self) -> None:
        """Nothing."""

    async def assigned(self, partitions: object) -> None:
        """Nothing."""


async def test_a_service_joins_its_own_groups_and_not_those_of_another(door: GuardedKafka):
    for group in ("search", "search.more"):
        own = member(door, "search", group)
        await own.start(Nobody())
        await own.stop()
    for group in ("alerts", "searching"):
        other = member(door, "search", group)
        with pytest.raises(ConfigurationError, match=group):
            await other.start(Nobody())
        await other.stop()


async def test_an_operator_sees_the_groups_and_no_service_those_of_another(door: GuardedKafka):
    own = member(door, "search", "search")
    await own.start(Nobody())
    try:
        await eventually(lambda: sees(door, "operator"), 10, "the group is seen")
        assert not await sees(door, "archive")
    finally:
        await own.stop()


async def sees(door: GuardedKafka, name: str) -> bool:
    return "search" in await groups(door.guarded_address, door.users.of(name))


@pytest.mark.parametrize("name", ["ingest", "alerts", "search", "archive", "casework", "oversight"])
async def test_a_service_with_its_own_user_may_begin(door: GuardedKafka, name: str):
    used = [topic for topic in TOPICS if name in (*topic.producers, *topic.consumers)]
    await check_kafka(door.guarded_address, used, brokers=1, login=door.users.of(name), service=name)
    bounds = await KafkaLog(door.guarded_address, "tests", login=door.users.of(name)).bounds(used[0].name)
    assert bounds


async def test_a_service_with_the_user_of_another_may_not_begin_and_is_told_why(door: GuardedKafka):
    with pytest.raises(ConfigurationError) as refused:
        await check_kafka(
            door.guarded_address, [DETECTIONS, FACES], brokers=1, login=door.users.of("search"), service="ingest"
        )
    assert "Write on rasid.faces.v1" in refused.value.problem
    assert "rasid setup" in refused.value.fix


async def test_a_wrong_password_is_said_to_be_one(door: GuardedKafka):
    for login in (Login("rasid-search", "another"), Login("nobody", "known")):
        with pytest.raises(ConfigurationError) as refused:
            await check_kafka(door.guarded_address, [DETECTIONS], brokers=1, login=login, service="search")
        assert login.user in refused.value.problem
        assert login.password not in str(refused.value)
        assert "RASID_KAFKA_PASSWORD" in refused.value.fix


async def test_a_kafka_that_asks_nobody_is_no_place_for_a_user(door: GuardedKafka):
    with pytest.raises(ConfigurationError, match="SASL"):
        await check_kafka(door.address, [DETECTIONS], brokers=1, login=door.users.of("search"), service="search")


async def test_whoever_names_no_user_is_told_what_may_be_missing(door: GuardedKafka):
    with pytest.raises(Unavailable, match="RASID_KAFKA_USER"):
        await check_kafka(door.guarded_address, [DETECTIONS], brokers=1)


async def test_a_new_password_replaces_the_old_one(door: GuardedKafka):
    before = door.users.of("console")
    await ensure_users(door.guarded_address, {before.user: "another-password"}, door.users.root)
    with pytest.raises(ConfigurationError):
        await check_kafka(door.guarded_address, [AUDIT], brokers=1, login=before, service="console")
    await ensure_users(door.guarded_address, {before.user: before.password}, door.users.root)


async def test_no_service_makes_users_or_gives_rights(door: GuardedKafka):
    alerts = door.users.of("alerts")
    with pytest.raises(ConfigurationError, match="refuses"):
        await ensure_users(door.guarded_address, {"rasid-oversight": "mine"}, alerts)
    with pytest.raises(ConfigurationError, match="refuses"):
        await ensure_rights(door.guarded_address, all_rights(), alerts)
