"""`rasid setup`: makes in the engines what the services need, before they start."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from rasid.contract.buckets import GRANTS, NAMES, Bucket
from rasid.contract.pictures import PictureClass
from rasid.contract.topics import TOPICS
from rasid.errors import ConfigurationError
from rasid.storage.mongo_login import Login as MongoLogin
from rasid.stream.admin import check_topics, ensure_topics
from rasid.stream.login import Login
from tools.demo.buckets import ensure_buckets
from tools.deployment.database_users import ensure_database_users, with_database_passwords
from tools.deployment.database_users import root_login as database_root
from tools.deployment.object_credentials import credentials, with_credentials
from tools.deployment.options import keys, option
from tools.deployment.principals import ensure_principals, root_login, with_passwords
from tools.deployment.replica_set import ensure_replica_set
from tools.deployment.service_indexes import ensure_all_indexes
from tools.deployment.waiting import GaveUp, wait_for
from tools.engines import EngineError
from tools.engines.mongo_admin import takes
from tools.engines.object_users import ensure_users

DEADLINE_SECONDS = 180.0
PICTURES_DAYS = 21
FACES_DAYS = 3
SET_NAME = "rasid"
KAFKA, MONGO, OBJECTS = "kafka", "mongo", "objects"
ENGINES = (KAFKA, MONGO, OBJECTS)


@click.command()
@option("--kafka", "RASID_KAFKA", "Bootstrap servers, comma separated.", "127.0.0.1:9092")
@click.option("--brokers", envvar="RASID_KAFKA_BROKERS", show_envvar=True, default=1, show_default=True)
@with_passwords
@option("--mongo", "RASID_MONGO", "Connection string of the database.", "mongodb://127.0.0.1:27017")
@with_database_passwords
@option("--objects", "RASID_OBJECTS", "Address of the object store.", "http://127.0.0.1:9000")
@option("--objects-root-user", "RASID_OBJECTS_ROOT_USER", "Its administrator; without it no credential is made.")
@option("--objects-root-password", "RASID_OBJECTS_ROOT_PASSWORD", "Password of its administrator.")
@with_credentials
@option("--pictures-bucket", "RASID_PICTURES_BUCKET", "Bucket of the cameras' pictures.", NAMES[Bucket.PICTURES])
@click.option(
    "--pictures-days",
    envvar="RASID_PICTURES_DAYS",
    show_envvar=True,
    default=PICTURES_DAYS,
    show_default=True,
    type=click.IntRange(1),
    help="Days after which the object store removes what the eraser left of pictures: no fewer than those are kept.",
)
@click.option(
    "--faces-days",
    envvar="RASID_FACES_DAYS",
    show_envvar=True,
    default=FACES_DAYS,
    show_default=True,
    type=click.IntRange(1),
    help="The same for pictures of faces.",
)
@option(
    "--evidence-bucket", "RASID_EVIDENCE_BUCKET", "Bucket of the clips, made with Object Lock.", NAMES[Bucket.EVIDENCE]
)
@click.option("--only", type=click.Choice(ENGINES), multiple=True, default=ENGINES, help="Of this engine, not of all.")
@click.option("--wait", default=DEADLINE_SECONDS, show_default=True, help="Seconds to wait for an engine to answer.")
def setup(
    *,
    kafka: str,
    brokers: int,
    mongo: str,
    only: Sequence[str],
    wait: float,
    pictures_days: int,
    faces_days: int,
    **access: str | None,
) -> None:
    """Make topics, replica set, indexes, buckets, users and credentials where they are missing.

    Of what is there only passwords and rights are changed, to those that are given and those of this version: it can
    run at every start and after every upgrade. Passwords are better given by the variables than by the options, which
    other users of the machine can see.

    \b
    Examples:
      rasid setup                                       everything from RASID_* variables
      rasid setup --kafka kafka:9092 --brokers 3        three brokers: every topic on each
      rasid setup --only mongo                          replica set, users and indexes of the database
      docker compose -f deploy/docker-compose.yml run --rm setup
    """
    with _explained():
        if KAFKA in only:
            root = root_login(access)
            _topics(kafka, brokers, wait, root)
            _principals(kafka, wait, root, access)
        if MONGO in only:
            _database(mongo, wait, database_root(access), access)
        if OBJECTS in only:
            _objects(wait, {None: pictures_days, "face": faces_days}, **access)
    click.echo("Everything the services need is there." if set(only) == set(ENGINES) else f"Only {', '.join(only)}.")


def _topics(kafka: str, brokers: int, wait: float, root: Login | None) -> None:
    wait_for(lambda: asyncio.run(ensure_topics(kafka, TOPICS, brokers=brokers, login=root)), click.echo, wait)
    differences = wait_for(
        lambda: asyncio.run(check_topics(kafka, TOPICS, brokers=brokers, login=root)), click.echo, wait
    )
    if differences:
        raise ConfigurationError(
            f"these topics were made otherwise than the contract says: {'; '.join(differences)}",
            "alter them with Kafka's own tools (docs/operations.md, Upgrade): set-up changes nothing that holds data",
        )
    click.echo(f"Kafka: {len(TOPICS)} topics are as the contract says")


def _principals(kafka: str, wait: float, root: Login | None, access: Mapping[str, str | None]) -> None:
    if root is None:
        click.echo("Kafka: users and rights are left alone, for want of its administrator (RASID_KAFKA_ROOT_USER)")
        return
    click.echo(f"Kafka: {wait_for(lambda: ensure_principals(kafka, root, access), click.echo, wait)}")


def _database(mongo: str, wait: float, root: MongoLogin | None, access: Mapping[str, str | None]) -> None:
    # A server that asks nobody yet does not know its administrator either, and may have to elect itself first.
    known = root if root is not None and wait_for(lambda: takes(mongo, root), click.echo, wait) else None
    click.echo(f"MongoDB: {wait_for(lambda: ensure_replica_set(mongo, SET_NAME, known), click.echo, wait)}")
    if root is None:
        click.echo("MongoDB: users are left alone, for want of its administrator (RASID_MONGO_ROOT_USER)")
    else:
        click.echo(f"MongoDB: {wait_for(lambda: ensure_database_users(mongo, root, access), click.echo, wait)}")
    count = wait_for(lambda: asyncio.run(ensure_all_indexes(mongo, root)), click.echo, wait)
    click.echo(f"MongoDB: {count} indexes of the services are there")


def _objects(wait: float, days: Mapping[PictureClass | None, int], **access: str | None) -> None:
    admin = keys(access, "objects_root_user", "objects_root_password")
    users = credentials(access)
    if admin is None or users.keys() != GRANTS.keys():
        click.echo("Object store: left alone, for want of its administrator's credential, or of that of a process")
        return
    address, pictures, evidence = (str(access[name]) for name in ("objects", "pictures_bucket", "evidence_bucket"))

    def buckets() -> None:
        places = {"pictures": pictures, "evidence": evidence}
        asyncio.run(ensure_buckets(address, admin, **places, days=days))

    wait_for(buckets, click.echo, wait)
    removed = ensure_users(address, admin, users, {Bucket.PICTURES: pictures, Bucket.EVIDENCE: evidence})
    click.echo(f"Object store: {pictures}, {evidence} and the credentials of {', '.join(users)} are there")
    if removed:
        click.echo(f"Object store: former credentials taken back: {len(removed)}")
    click.echo(
        f"Object store: what the eraser leaves in {pictures} is removed after {days[None]} days, "
        f"of faces after {days['face']}"
    )


@contextmanager
def _explained() -> Iterator[None]:
    """What went wrong and how to mend it, instead of a traceback."""
    try:
        yield
    except (ConfigurationError, EngineError, GaveUp) as error:
        raise click.ClickException(str(error)) from None
