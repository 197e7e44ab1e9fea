"""Who was last heard when, in MongoDB: each process writes whom it heard, one of them judges."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from msgspec.structs import asdict

from rasid.storage.mongo import Collection, Document
from services.ingest.watch.rhythm import Rhythm
from services.ingest.watch.silence import Known, SiteSeen, Supply

CAMERAS = "camera_presence"
SITES = "site_presence"
WATCH = "watch"


class MongoPresence:
    """Cameras, sites, and since when somebody listens without a break. Every method raises Unavailable."""

    def __init__(self, cameras: Collection, sites: Collection) -> None:
        self._cameras = cameras
        self._sites = sites

    async def heard(self, moments: Mapping[str, datetime]) -> None:
        """These cameras were heard then; an earlier moment than is known changes nothing."""
        await self._cameras.update_many(
            [({"_id": camera_id}, {"$max": {"last_seen_at": at}}) for camera_id, at in moments.items()],
        )

    async def all(self) -> list[Known]:
        """Every camera that was ever heard."""
        return [_known(one) for one in await self._cameras.find({}) if "last_seen_at" in one]

    async def learn(self, changed: Iterable[Known]) -> None:
        """Keep what was learned of cameras; when they were heard is not touched."""
        await self._cameras.update_many(
            [({"_id": one.camera_id}, {"$set": _kept(one)}) for one in changed], upsert=False
        )

    async def sites(self) -> dict[str, SiteSeen]:
        """The sites that are or were out, or have told what feeds them."""
        return {
            one["_id"]: SiteSeen(
                one.get("out_since"), one.get("recovered_at"), one.get("power_source"), one.get("link")
            )
            for one in await self._sites.find({})
            if one["_id"] != WATCH
        }

    async def keep_site(self, site_id: str, seen: SiteSeen) -> None:
        """A site went, or came back."""
        change = {"out_since": seen.out_since, "recovered_at": seen.recovered_at}
        await self._sites.update({"_id": site_id}, {"$set": change}, upsert=True)

    async def supplied(self, supplies: Mapping[str, Supply]) -> None:
        """What feeds these sites and how their links are, as their controllers say."""
        said = {site_id: _said(supply) for site_id, supply in supplies.items()}
        await self._sites.update_many([({"_id": name}, {"$set": fields}) for name, fields in said.items() if fields])

    async def watched(self, now: datetime, *, pause_seconds: float) -> datetime:
        """Somebody watches now; since when without a pause as long as this."""
        found = await self._sites.find_one({"_id": WATCH}) or {}
        before = found.get("at")
        is_whole = before is not None and (now - before).total_seconds() <= pause_seconds
        since: datetime = found["since"] if is_whole else now
        await self._sites.update({"_id": WATCH}, {"$set": {"at": now, "since": since}}, upsert=True)
        return since


def _said(supply: Supply) -> Document:
    return {name: value for name, value in asdict(supply).items() if value is not None}


def _kept(one: Known) -> Document:
    return {"told_at": one.told_at, "rhythm": msgspec.to_builtins(one.rhythm, builtin_types=(datetime,))}


def _known(document: Document) -> Known:
    rhythm = document.get("rhythm")
    return Known(
        camera_id=document["_id"],
        last_seen_at=document["last_seen_at"],
        told_at=document.get("told_at"),
        rhythm=Rhythm() if rhythm is None else msgspec.convert(rhythm, Rhythm),
    )
