"""Puts the eraser together: health and metrics for who runs it, and the rounds that delete."""

from contextlib import AsyncExitStack

from fastapi import FastAPI

from rasid.identity.problem import install
from rasid.runtime.serve import Lifecycle
from rasid.service.application import make_app, start_life
from rasid.service.connections import connect_mongo
from rasid.service.delivery import is_opened
from rasid.service.object_store import connect_objects
from rasid.service.tools import Tools, make_tools
from rasid.storage.mongo import Mongo
from rasid.storage.objects import LockedBucket, PassingBucket, Verdict, prove_eraser
from rasid.storage.opening import check_door, check_server
from services.archive.clip_store import BucketClips
from services.archive.eraser.erasure import Eraser
from services.archive.eraser.notary import Notary
from services.archive.eraser.pictures import PictureRounds
from services.archive.eraser.rounds import Rounds
from services.archive.eraser.settings import SERVICE, EraserSettings
from services.archive.object_lock import ObjectLock, Words
from services.archive.store import MongoStore

DESCRIPTION = (
    "Deletes evidence that two persons decided about, or whose time is over, and pictures that have expired. "
    "It answers its keepers alone."
)
WORDS = Words(
    part="eraser's credential",
    consequence="nothing is erased",
    fix="give the eraser, and it alone, a credential that may bypass governance and not delete what is held "
    "(docs/operations.md, 'The object store')",
)


def create_app(settings: EraserSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    tools = make_tools(SERVICE, settings, lifecycle)
    notary = Notary(settings.certificate_key.get_secret_value())

    async def assemble(app: FastAPI, stack: AsyncExitStack) -> None:
        del app  # it has no routes of its own
        await _assemble(tools, notary, stack)

    return make_app(tools, description=DESCRIPTION, add_routes=install, assemble=assemble)


async def _assemble(tools: Tools[EraserSettings], notary: Notary, stack: AsyncExitStack) -> None:
    """Connect and put everything together; what is pushed on `stack` ends in the opposite order."""
    settings = tools.settings
    mongo = await connect_mongo(tools, stack)
    objects = connect_objects(tools, stack)
    bucket = LockedBucket(objects, settings.evidence_bucket)
    store, clips = MongoStore(mongo), BucketClips(bucket)

    async def prove() -> Verdict:
        await bucket.ensure()
        return await prove_eraser(bucket, tools.clock.now(), tools.ids)

    credential = ObjectLock(prove, clock=tools.clock, readiness=tools.readiness, metrics=tools.metrics, words=WORDS)
    rounds = Rounds(
        store,
        clips,
        Eraser(store, clips, notary, clock=tools.clock, metrics=tools.metrics),
        credential,
        every_seconds=settings.erase_seconds,
        clock=tools.clock,
        pulse=tools.resting_pulse("rounds"),
    )
    pictures = PictureRounds(
        PassingBucket(objects, settings.pictures_bucket),
        clock=tools.clock,
        metrics=tools.metrics,
        pulse=tools.resting_pulse("rounds of pictures"),
    )
    tasks = await start_life(tools, stack)
    tasks.start("eraser's credential", credential.run())
    tasks.start("rounds", _erase(mongo, store, notary, rounds, tools))
    tasks.start("rounds of pictures", pictures.run())


async def _erase(mongo: Mongo, store: MongoStore, notary: Notary, rounds: Rounds, tools: Tools[EraserSettings]) -> None:
    """Once the database is there, and knows the key of the certificates, erase until the process stops."""

    async def begin() -> None:
        await check_server(mongo, tools.clock)
        await check_door(mongo)
        await store.remember_certificate_key(notary.key_id, notary.public_key)

    if await is_opened("the database", begin, tools):
        await rounds.run()
