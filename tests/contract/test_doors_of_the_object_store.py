"""Each process at the object store's door: what the contract gives it works, and everything else is refused there."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
import urllib3
from minio import Minio as Client
from minio.commonconfig import ENABLED, GOVERNANCE, Filter
from minio.error import S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention
from minio.versioningconfig import SUSPENDED, VersioningConfig

from rasid.contract.buckets import GRANTS, NAMES, Bucket, Right
from rasid.errors import ConfigurationError, Refused
from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.storage.objects import LockedBucket, ObjectStore, prove_eraser, prove_lock
from tests.support.object_door import AN_HOUR, BODY, Door, Thing, administrator, client_of, does, reads, thing
from tools.demo.buckets import ensure_buckets
from tools.engines import Minio, Objects
from tools.engines.object_keys import Keys
from tools.engines.object_users import OF_BEFORE, ensure_users

PROCESSES = tuple(GRANTS)
EXPIRED = LifecycleConfig([Rule(ENABLED, rule_filter=Filter(prefix=""), rule_id="mine", expiration=Expiration(days=1))])
PUBLIC = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}]}


@pytest.fixture
def door(guarded_s3: Door) -> Door:
    """A store with both buckets, as set-up makes them."""
    asyncio.run(ensure_buckets(guarded_s3.address, guarded_s3.admin))
    return guarded_s3


def done_by(door: Door, process: str, bucket: Bucket) -> set[Right]:
    """What this process gets done in this bucket, by what becomes of it."""
    name, locks = NAMES[bucket], bucket is Bucket.EVIDENCE
    one, free = thing(door, name), thing(door, name)
    with client_of(door, door.of(process)) as mine:
        done = {
            Right.SEE: does(lambda: [mine.bucket_exists(name), *mine.list_objects(name)]),
            Right.READ: does(lambda: mine.get_object(name, one.key)),
            Right.PUT: does(lambda: mine.put_object(name, f"put/{process}", io.BytesIO(BODY), len(BODY))),
        }
        does(lambda: mine.remove_object(name, free.key, free.version_id))
        done[Right.DELETE] = not reads(door, free)
        if locks:
            locked = thing(door, name, locked=True)
            later = Retention(GOVERNANCE, datetime.now(UTC) + 2 * AN_HOUR)
            changes = [
                does(lambda: mine.set_object_retention(name, locked.key, later, locked.version_id)),
                does(lambda: mine.enable_object_legal_hold(name, one.key, one.version_id)),
                does(lambda: mine.disable_object_legal_hold(name, one.key, one.version_id)),
            ]
            assert len(set(changes)) == 1, changes
            done[Right.LOCK] = changes[0]
            does(lambda: mine.remove_object(name, locked.key, locked.version_id))
            assert reads(door, locked), "a lock that was not stepped over holds for everybody"
            done[Right.BYPASS] = not reads(door, thing_removed_over_its_lock(door, process, name))
    return {right for right, is_done in done.items() if is_done}


def thing_removed_over_its_lock(door: Door, process: str, name: str) -> Thing:
    """A locked thing after this process tried to delete it over its lock."""
    one = thing(door, name, locked=True)

    async def remove() -> None:
        async with evidence_of(door, process) as bucket:
            with suppress(Refused):
                await bucket.delete(one.key, one.version_id, bypass=True)

    asyncio.run(remove())
    return one


@asynccontextmanager
async def evidence_of(door: Door, process: str) -> AsyncIterator[LockedBucket]:
    """The bucket for evidence, as a process reaches it."""
    store = ObjectStore(door.address, *door.of(process))
    try:
        yield LockedBucket(store, NAMES[Bucket.EVIDENCE])
    finally:
        await store.stop()


def given(door: Door, process: str, bucket: Bucket) -> set[Right]:
    """What the contract gives, outside of prefixes. SeaweedFS knows no right to delete apart from the one to write, and
    none to see a bucket apart from the one to read it.
    """
    found = {
        right for grant in GRANTS[process] if grant.bucket is bucket and not grant.prefix for right in grant.rights
    }
    for alike in ({Right.PUT, Right.DELETE}, {Right.SEE, Right.READ}) if isinstance(door, Objects) else ():
        found |= alike if found & alike else set()
    return found


@pytest.mark.parametrize("bucket", Bucket)
@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_does_what_it_is_given_and_is_refused_all_else(door: Door, process: str, bucket: Bucket):
    assert done_by(door, process, bucket) == given(door, process, bucket)


ALTERING: dict[str, Callable[[Client, str], object]] = {
    "policy": lambda mine, name: mine.set_bucket_policy(name, json.dumps(PUBLIC)),
    "no policy": lambda mine, name: mine.delete_bucket_policy(name),
    "life cycle": lambda mine, name: mine.set_bucket_lifecycle(name, EXPIRED),
    "no versions": lambda mine, name: mine.set_bucket_versioning(name, VersioningConfig(SUSPENDED)),
    "lock": lambda mine, name: mine.set_object_lock_config(name, ObjectLockConfig(GOVERNANCE, 1, DAYS)),
    "remove": lambda mine, name: mine.remove_bucket(name),
    "another": lambda mine, name: mine.make_bucket(f"{name}-mine"),
    "others": lambda mine, name: [*mine.list_objects(f"others-than-{name}")],
}
WRITERS_OF_SEAWEEDFS = {Bucket.PICTURES: {"life cycle", "no versions"}, Bucket.EVIDENCE: {"life cycle"}}
"""What it lets whoever may write do beside."""


@pytest.mark.parametrize("bucket", Bucket)
@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_changes_what_a_bucket_is_or_makes_another(door: Door, process: str, bucket: Bucket):
    with client_of(door, door.of(process)) as mine:
        done = {what for what, work in ALTERING.items() if does(lambda work=work: work(mine, NAMES[bucket]))}
    may_write = isinstance(door, Objects) and Right.PUT in given(door, process, bucket)
    assert done == (WRITERS_OF_SEAWEEDFS[bucket] if may_write else set())


async def test_the_archive_and_the_eraser_prove_at_their_start_what_they_prove(door: Door):
    now, ids = SystemClock().now(), RandomIds()
    async with evidence_of(door, "archive") as bucket:
        await bucket.ensure()
        assert (await prove_lock(bucket, now, ids)).holds
    async with evidence_of(door, "eraser") as bucket:
        await bucket.ensure()
        assert (await prove_eraser(bucket, now, ids)).holds


async def test_the_credential_of_another_process_is_told_with_its_fix(door: Door):
    async with evidence_of(door, "search") as bucket:
        with pytest.raises(ConfigurationError) as refused:
            await bucket.ensure()
    assert "RASID_OBJECTS_ACCESS_KEY" in refused.value.fix


def test_the_eraser_puts_under_its_proof_alone(door: Door):
    with client_of(door, door.eraser) as mine:
        for key, wanted in (("eraser-proof/mine", True), ("clips/mine", isinstance(door, Objects))):
            assert does(lambda key=key: mine.put_object(NAMES[Bucket.EVIDENCE], key, io.BytesIO(BODY), 4)) is wanted


def test_whoever_names_no_credential_is_refused(door: Door):
    with urllib3.PoolManager(timeout=10, retries=False) as pool:
        for name in NAMES.values():
            for path in (f"/{name}", f"/{name}/{thing(door, name).key}"):
                assert pool.request("GET", door.address + path).status == 403


def test_set_up_takes_back_what_a_former_version_gave(guarded_s3: Door):
    """One user that all services shared, a right too many, and a key that was replaced."""
    if not isinstance(guarded_s3, Minio):
        pytest.skip("SeaweedFS' credentials are a file: test_engines_keys")
    door, former = guarded_s3, Keys("application", "known-to-all-services")
    users = {name: door.of(name) for name in GRANTS}
    wide = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}
    with administrator(door) as server:
        server.policy_add(policy_name=OF_BEFORE[0], policy={"Version": "2012-10-17", "Statement": [wide]})
        server.user_add(access_key=former.access_key, secret_key=former.secret_key)
        server.user_add(access_key="somebody", secret_key="who-looks-at-things")
        for user in (former.access_key, "somebody", door.of("search").access_key):
            server.attach_policy(policies=[OF_BEFORE[0] if user != "somebody" else "readonly"], user=user)
    one = thing(door, NAMES[Bucket.EVIDENCE])
    with client_of(door, door.of("search")) as mine:
        assert does(lambda: mine.get_object(one.bucket, one.key)), "this test takes nothing back"
    assert ensure_users(door.address, door.admin, users) == (former.access_key,)
    assert ensure_users(door.address, door.admin, users) == ()
    assert done_by(door, "search", Bucket.EVIDENCE) == set()
    with client_of(door, former) as mine, pytest.raises(S3Error, match="InvalidAccessKeyId"):
        mine.get_object(one.bucket, one.key)
    with administrator(door) as server:
        assert "somebody" in json.loads(server.user_list())
    renewed = users | {"search": Keys("search-renewed", "of-thirty-letters-and-more-than-that")}
    assert ensure_users(door.address, door.admin, renewed) == (door.of("search").access_key,)
    assert ensure_users(door.address, door.admin, users) == ("search-renewed",)
