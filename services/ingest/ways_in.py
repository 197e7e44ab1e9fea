"""Puts together the ways in beside a camera's own post: GA/T 1400, Tattile's connections, MQTT, cameras to be asked."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from rasid.errors import ConfigurationError
from rasid.runtime.tasks import Tasks
from rasid.service.tools import Tools
from services.ingest.api import Reception
from services.ingest.engines import Engines
from services.ingest.mqtt_subscriber import Broker, MqttSubscriber
from services.ingest.pull.camera_http import camera_client
from services.ingest.pull.camera_pull import PullParts
from services.ingest.pull.credentials import PullCredentials
from services.ingest.pull.onvif_client import OnvifPull
from services.ingest.pull.pulling import Pulling
from services.ingest.pull.store import LEASES, SECRETS, MongoLeases, MongoSecrets
from services.ingest.pull.stream_client import follow
from services.ingest.pull.vault import Vault
from services.ingest.registry.device_documents import device_of
from services.ingest.registry.entries import CAMERAS
from services.ingest.settings import IngestSettings
from services.ingest.site_api import SiteReception
from services.ingest.site_reports import SiteTopics
from services.ingest.tattile_listener import Limits, TattileListener
from services.ingest.viid.api import ViidReception
from services.ingest.viid.registrations import Registrations
from services.ingest.viid.store import NAME as REGISTRATIONS
from services.ingest.viid.store import MongoRegistrations
from services.ingest.watch import presence_store, quality_store
from services.ingest.watch.api import HealthDesk
from services.ingest.watch.presence import Presence
from services.ingest.watch.presence_store import MongoPresence
from services.ingest.watch.quality_store import MongoQuality
from services.ingest.watch.quality_watch import QualityWatch
from services.ingest.watch.skew_store import MongoSkews
from services.ingest.watch.watching import Watching


def start(tasks: Tasks, parts: Reception, sites: SiteReception, tools: Tools[IngestSettings]) -> None:
    """Start those that are set."""
    if tools.settings.tattile_port is not None:
        tasks.start("tattile listener", _listen(tools.settings.tattile_port, parts, tools))
    if tools.settings.mqtt is not None:
        tasks.start("mqtt subscriber", _subscribe(tools.settings.mqtt, parts, sites, tools))


def viid_reception(engines: Engines, parts: Reception, tools: Tools[IngestSettings]) -> ViidReception:
    """What the routes of GA/T 1400 need."""
    return ViidReception(
        door=parts.door,
        registrations=Registrations(
            MongoRegistrations(engines.mongo.collection(REGISTRATIONS)),
            parts.door.devices,
            clock=tools.clock,
            life_seconds=tools.settings.viid_life_seconds,
        ),
        turn=parts.turn,
        uploads=parts.uploads,
        intake=parts.intake,
        clock=tools.clock,
        metrics=tools.metrics,
    )


def pull_credentials(engines: Engines, tools: Tools[IngestSettings]) -> PullCredentials:
    """The credentials by which cameras are asked; raises ConfigurationError for a key that is none."""
    key = tools.settings.camera_key
    vault = None if key is None else Vault(key.get_secret_value(), tools.ids.secret)
    return PullCredentials(MongoSecrets(engines.mongo.collection(SECRETS)), vault, tools.clock)


async def pulling(
    engines: Engines,
    parts: Reception,
    credentials: PullCredentials,
    tools: Tools[IngestSettings],
    stack: AsyncExitStack,
) -> Pulling:
    """What asks cameras; `stack` ends its connections."""
    settings = tools.settings
    return Pulling(
        PullParts(
            http=await stack.enter_async_context(camera_client(loopback=settings.pull_loopback)),
            converse={"hikvision": follow, "dahua": follow, "onvif": OnvifPull(tools.ids).converse},
            devices=parts.door.devices,
            intake=parts.intake,
            bus=engines.spooling.publisher,
            credential_of=credentials.of,
            clock=tools.clock,
            ids=tools.ids,
            metrics=tools.metrics,
            silence_seconds=settings.pull_silence_seconds,
            limit_bytes=settings.pull_part_bytes,
            deadline_seconds=settings.publish_deadline_seconds,
        ),
        MongoLeases(engines.mongo.collection(LEASES), tools.ids.new(), tools.clock),
        MongoSecrets(engines.mongo.collection(SECRETS)),
        most=settings.pulled_cameras,
        on_state=partial(tools.readiness.told, "the cameras that are asked"),
    )


def watching(
    engines: Engines,
    presence: Presence,
    wake: Callable[[], None],
    tools: Tools[IngestSettings],
) -> Watching:
    """What watches whether cameras are heard; `wake` tells the relay of a camera's new state."""
    cameras, sites = (engines.mongo.collection(name) for name in (presence_store.CAMERAS, presence_store.SITES))
    registered = engines.mongo.collection(CAMERAS.name)
    return Watching(
        presence,
        MongoPresence(cameras, sites),
        MongoLeases(engines.mongo.collection(LEASES), tools.ids.new(), tools.clock),
        MongoSkews(registered, engines.counter, tools.clock, lambda one: engines.devices.apply(device_of(one)), wake),
        devices=engines.devices,
        bus=engines.producer,
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=tools.settings.publish_deadline_seconds,
    )


def health_desk(engines: Engines) -> HealthDesk:
    """What the routes that tell how cameras and sites are need."""
    cameras, sites = (engines.mongo.collection(name) for name in (presence_store.CAMERAS, presence_store.SITES))
    quality = MongoQuality(engines.mongo.collection(quality_store.CAMERAS))
    return HealthDesk(engines.devices, MongoPresence(cameras, sites), quality)


def quality(engines: Engines, presence: Presence, tools: Tools[IngestSettings]) -> QualityWatch:
    """What watches whether cameras read worse than they used to."""
    return QualityWatch(
        presence.tallies,
        MongoQuality(engines.mongo.collection(quality_store.CAMERAS)),
        MongoLeases(engines.mongo.collection(LEASES), tools.ids.new(), tools.clock),
        devices=engines.devices,
        bus=engines.producer,
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=tools.settings.publish_deadline_seconds,
    )


async def _listen(port: int, parts: Reception, tools: Tools[IngestSettings]) -> None:
    settings = tools.settings
    listener = TattileListener(
        parts.door.devices,
        parts.uploads,
        parts.intake,
        clock=tools.clock,
        metrics=tools.metrics,
        strangers=parts.door.strangers,
        limits=Limits(settings.tattile_connections, settings.drain_seconds),
        on_state=partial(tools.readiness.told, "the Tattile listener"),
    )
    try:
        await listener.run(settings.host, port)
    except ConfigurationError as error:
        tools.lifecycle.refuse(error)


async def _subscribe(url: str, parts: Reception, sites: SiteReception, tools: Tools[IngestSettings]) -> None:
    settings = tools.settings
    password = settings.mqtt_password
    subscriber = MqttSubscriber(
        Broker(
            url,
            settings.mqtt_client_id,
            settings.mqtt_user,
            None if password is None else password.get_secret_value(),
        ),
        parts.door.devices,
        parts.intake,
        clock=tools.clock,
        ids=tools.ids,
        metrics=tools.metrics,
        sites=SiteTopics(sites.door.devices, sites.reports, tools.metrics),
        on_state=partial(tools.readiness.told, "the MQTT subscriber"),
    )
    try:
        await subscriber.run()
    except ConfigurationError as error:
        tools.lifecycle.refuse(error)
