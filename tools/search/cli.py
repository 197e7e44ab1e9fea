"""`rasid search export|rebuild`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from prometheus_client import CollectorRegistry

from rasid.errors import ConfigurationError, Unavailable
from rasid.identity.policy_files import load_policy
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.recording import Recorder
from rasid.identity.sealing import Sealer
from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.runtime.metrics import Metrics
from rasid.service.settings import LEAST_RETENTION_SECONDS, MOST_RETENTION_SECONDS, RETENTION_SECONDS
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.storage.mongo_login import Login as MongoLogin
from rasid.stream.login import Login
from rasid.stream.producer import KafkaProducer
from services.search.camera_store import MongoCameraStore
from services.search.indexes import INDEXES
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon
from services.search.plate_store import MongoPlateStore
from services.search.settings import SERVICE
from services.search.store import MongoPassageStore
from tools.logins import with_kafka_login, with_mongo_login
from tools.search.export import Export, Responsible, check_target
from tools.search.rebuild import Rebuild

DEADLINE_SECONDS = 60.0

mongo_option = click.option(
    "--mongo",
    envvar="RASID_MONGO",
    default="mongodb://127.0.0.1:27017",
    show_envvar=True,
    help="Connection string of the database.",
)
database_option = click.option(
    "--database", envvar="RASID_DATABASE", default="rasid_search", show_default=True, help="Search's own database."
)
policy_option = click.option(
    "--policy",
    envvar="RASID_POLICY",
    type=click.Path(path_type=Path, file_okay=False),
    show_envvar=True,
    help="Folder of the policy, as the services have it; the one that ships when left out.",
)


@click.group()
def search() -> None:
    """Take the passages out of search's store, and make a store from them.

    \b
    Examples:
      rasid search export passages.ndjson --by officer-7 --agency police --case case-12 --purpose stolen-vehicle
      rasid search rebuild passages.ndjson --database rasid_search_new
    """


@search.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@mongo_option
@database_option
@click.option("--kafka", envvar="RASID_KAFKA", default="127.0.0.1:9092", show_envvar=True, help="Bootstrap servers.")
@click.option("--pseudonym-key", envvar="RASID_PSEUDONYM_KEY", required=True, show_envvar=True, help="64 hex digits.")
@click.option("--seal-key", envvar="RASID_SEAL_KEY", required=True, show_envvar=True, help="Oversight's public key.")
@policy_option
@click.option("--by", "person", required=True, help="Who takes them out: the subject of their token.")
@click.option("--agency", required=True, help="That person's agency.")
@click.option("--case", "case_id", required=True, help="The case under which it is done.")
@click.option("--purpose", required=True, help="What for: a code of the agency's list.")
@with_mongo_login
@with_kafka_login
def export(
    login: Login | None,
    mongo_login: MongoLogin | None,
    /,
    file: Path,
    mongo: str,
    database: str,
    *,
    kafka: str,
    pseudonym_key: str,
    seal_key: str,
    policy: Path | None,
    **responsible: str,
) -> None:
    """Write every passage into FILE, a JSON object a line, which only you can read.

    Each piece is in the audit log before it is in the file. An export that was broken off goes on where it was: run the
    same command again. The file holds personal data: keep it as the database, and no longer than the passages in it.

    \b
    Example:
      rasid search export passages.ndjson --by officer-7 --agency police --case case-12 --purpose stolen-vehicle
    """

    async def work() -> None:
        check_target(file)
        async with (
            _database(mongo, database, mongo_login) as connected,
            _recorder(_producer(kafka, login), pseudonym_key, seal_key, policy) as recorder,
        ):
            passages, cameras = MongoPassageStore(connected), _cameras(connected)
            who = Responsible(**responsible)
            with click.progressbar(length=await passages.count(), label="passages", show_pos=True) as bar:
                count = await Export(file, passages, cameras, recorder, who).run(bar.update)
        click.echo(f"{count} passages are in {file}")

    _run(work)


@search.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@mongo_option
@database_option
@click.option(
    "--retention-seconds",
    type=click.FloatRange(LEAST_RETENTION_SECONDS, MOST_RETENTION_SECONDS),
    envvar="RASID_RETENTION_SECONDS",
    default=RETENTION_SECONDS,
    show_default=True,
    show_envvar=True,
    help="As search is set: how long what was heard of the cameras is kept.",
)
@with_mongo_login
def rebuild(mongo_login: MongoLogin | None, /, file: Path, mongo: str, database: str, retention_seconds: float) -> None:
    """Put the passages of FILE into search's database, and what patterns and coverage need beside them.

    What is there already is joined with the file, so a rebuild that was broken off is simply run again. Passages whose
    retention is over are passed over. Search may be running.

    \b
    Example:
      rasid search rebuild passages.ndjson --mongo mongodb://127.0.0.1:27017 --database rasid_search
    """
    size_bytes = file.stat().st_size

    async def work() -> None:
        async with _database(mongo, database, mongo_login) as connected:
            await ensure_indexes(connected, INDEXES)
            plates = MongoPlateStore(connected, Lexicon())
            stores = MongoPassageStore(connected), plates, _cameras(connected, retention_seconds)
            with click.progressbar(length=size_bytes, label="bytes") as bar:
                count = await Rebuild(*stores, SystemClock()).run(file, bar.update)
        click.echo(f"{count} passages of {file} are in the database")

    _run(work)


def _cameras(mongo: Mongo, retention_seconds: float = RETENTION_SECONDS) -> MongoCameraStore:
    return MongoCameraStore(mongo, Knowledge(), timedelta(seconds=retention_seconds))


@asynccontextmanager
async def _database(mongo: str, name: str, login: MongoLogin | None) -> AsyncIterator[Mongo]:
    connected = Mongo(mongo, name, login=login, deadline_seconds=DEADLINE_SECONDS)
    try:
        await connected.start()
        yield connected
    finally:
        await connected.stop()


@asynccontextmanager
async def _recorder(
    connected: KafkaProducer, pseudonym_key: str, seal_key: str, policy: Path | None
) -> AsyncIterator[Recorder]:
    clock, version, sealer = SystemClock(), load_policy(policy).version, Sealer(seal_key)
    async with connected as producer:
        yield Recorder(producer, Pseudonyms(pseudonym_key), sealer, clock, RandomIds(), SERVICE, version)


def _producer(kafka: str, login: Login | None) -> KafkaProducer:
    metrics = Metrics(CollectorRegistry())
    return KafkaProducer(kafka, "rasid-search", clock=SystemClock(), metrics=metrics, deadline_seconds=10, login=login)


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        asyncio.run(work())
    except (ConfigurationError, Unavailable, LookupError) as error:
        raise click.ClickException(str(error)) from None
