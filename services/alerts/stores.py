"""What the service keeps in its database, and what of it is also in memory."""

from dataclasses import dataclass

from rasid.runtime.clock import Clock
from rasid.service.tools import Tools
from rasid.storage.changes import ChangeFollower
from rasid.storage.mongo import Mongo
from rasid.storage.opening import open_database
from rasid.storage.outbox import MongoOutbox
from services.alerts.indexes import INDEXES
from services.alerts.settings import AlertsSettings
from services.alerts.store import ALERTS, MongoStore
from services.alerts.watchlist import Watchlist
from services.alerts.watchlist_store import MongoEntryStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Alerts and entries, the outbox of the alerts, and the watchlist in memory with what keeps it in step."""

    mongo: Mongo
    alerts: MongoStore
    entries: MongoEntryStore
    outbox: MongoOutbox
    watchlist: Watchlist
    follower: ChangeFollower
    clock: Clock

    async def open(self) -> None:
        """Make the indexes and load the watchlist: from then on reads can be compared. Raises Unavailable."""
        await open_database(self.mongo, INDEXES, self.clock)
        await self.follower.look()
        self.watchlist.refreshed()


def make_stores(mongo: Mongo, tools: Tools[AlertsSettings]) -> Stores:
    """The stores on a database; `open` them before use."""
    entries = MongoEntryStore(mongo)
    watchlist = Watchlist(tools.clock, ended_seconds=tools.settings.ended_entries_seconds)

    def on_state(trouble: str | None) -> None:
        tools.metrics.watchlist_entries.set(watchlist.open_count)
        if trouble is None:
            watchlist.refreshed()
            tools.readiness.ready("watchlist")
        else:
            tools.readiness.degrade("watchlist", f"goes on with what it knew: {trouble}")

    return Stores(
        mongo=mongo,
        alerts=MongoStore(mongo),
        entries=entries,
        outbox=MongoOutbox(mongo, [ALERTS], tools.clock),
        watchlist=watchlist,
        follower=entries.follower(watchlist.apply, on_state, tools.clock),
        clock=tools.clock,
    )
