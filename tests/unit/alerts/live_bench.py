"""A live stream to test: the real hub on a broker in memory, and people connected to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace

from rasid.contract.envelope import Event
from rasid.contract.topics import ALERTS
from rasid.errors import Unavailable
from rasid.identity.disclosure import Disclosure
from rasid.runtime.health import Readiness
from rasid.runtime.watchdog import Pulse
from rasid.stream.follow import FollowSettings
from rasid.stream.tail import Tail
from rasid.testing.broker import MemoryBroker
from rasid.testing.identity import POLICY, GateBench
from services.alerts.alert import raised_event
from services.alerts.listener import Listener
from services.alerts.live import LiveHub, LiveSettings
from services.alerts.live_audit import LiveAudit
from services.alerts.owners import Owners
from tests.support.alert_store import MemoryStore
from tests.support.eventually import eventually
from tests.unit.alerts.making import matched, read
from tools.demo.listening import LiveEvent, parse


class Records:
    """The audit log of the stream; can be away."""

    def __init__(self) -> None:
        self.written: list[tuple[str, tuple[str, ...]]] = []
        self.is_away = False
        self.tried = 0

    async def __call__(self, alert_id: str, recipients: Any, plates: Any, **_: Any) -> None:
        await asyncio.sleep(0)
        self.tried += 1
        if self.is_away:
            raise Unavailable("the broker", "the test took it away")
        assert tuple(plates) == ("13A12345",)
        self.written.append((alert_id, tuple(recipients)))


class Live:
    """A hub on a broker in memory, with its tasks running; time passes only when told."""

    def __init__(self, folder: Any, **settings: Any) -> None:
        self.gate = GateBench(folder)
        self.clock = self.gate.clock
        self.broker = MemoryBroker(self.clock)
        self.broker.create(ALERTS.name)
        self.publisher = self.broker.publisher()
        self.store = MemoryStore()
        self.records = Records()
        self.readiness = Readiness()
        self.settings = LiveSettings(**settings)
        self.hub = self.new_hub()
        self.gate.put_case("case-1", version=2, assigned=("officer-1", "officer-2"))

    def new_hub(self) -> LiveHub:
        return LiveHub(
            Tail(self.broker.log(), ALERTS.name, clock=self.clock, settings=FollowSettings(poll_seconds=0.01)),
            LiveAudit(Owners(self.store, self.clock, size=10), self.records),
            settings=self.settings,
            clock=self.clock,
            metrics=self.gate.metrics,
            readiness=self.readiness,
            pulse=Pulse("live", 60, self.clock),
        )

    def use(
        self, subject: str = "officer-1", agency: str = "police", lifetime: float = 3600, case: str = "case-1"
    ) -> Disclosure:
        caller = self.gate.issuer.verifier().verify(
            self.gate.issuer.token(
                sub=subject,
                agency=agency,
                exp=int(self.clock.now().timestamp() + lifetime),
            ),
        )
        return Disclosure(
            caller=caller,
            operation="consult",
            subject_kind="alert_stream",
            case=self.gate.cases.get(case) if agency == "police" else None,
            purpose="stolen-vehicle",
            reasons=(),
            cases=self.gate.cases,
            policy=POLICY,
            rates=self.gate.rates(),
            clock=self.clock,
        )

    async def connect(self, last: str | None = None, hub: LiveHub | None = None, **who: Any) -> "Connection":
        hub = hub or self.hub
        return Connection(hub, hub.join(self.use(**who), await hub.resume(last)))

    async def publish(self, *events: Event[Any]) -> None:
        for event in events:
            await self.publisher.publish(event)

    async def ring(
        self, alert_id: str, agency: str = "police", *, is_covert: bool = False, **options: Any
    ) -> Event[Any]:
        """Raise an alert: stored and published."""
        alert = replace(
            matched(read(track=alert_id, **options)).alert(alert_id, 21 * 86400), agency=agency, is_covert=is_covert
        )
        self.store.stored[alert_id] = alert
        event = raised_event(alert)
        await self.publish(event)
        return event

    async def tick(self, seconds: float = 1.0) -> None:
        for _ in range(int(seconds)):
            await self.clock.advance(1.0)
            for _ in range(5):
                await asyncio.sleep(0)


class Connection:
    """What one person's client sees."""

    def __init__(self, hub: LiveHub, listener: Listener) -> None:
        self.listener = listener
        self.events: list[LiveEvent] = []
        self.text = b""
        self.is_over = False
        self._hub = hub
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async def lines() -> AsyncIterator[str]:
            async for chunk in self._hub.stream(self.listener):
                self.text += chunk
                for line in chunk.decode().split("\n")[:-1]:
                    yield line

        async for event in parse(lines()):
            self.events.append(event)
        self.is_over = True
        self._hub.leave(self.listener)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._hub.leave(self.listener)

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def last_id(self) -> str:
        """What a browser sends as `Last-Event-ID`: the last id of the stream, also of one without data."""
        ids = [line for line in self.text.decode().split("\n") if line.startswith("id: ")]
        return ids[-1].removeprefix("id: ")


@asynccontextmanager
async def running(live: Live, hub: LiveHub | None = None) -> AsyncIterator[Live]:
    hub = hub or live.hub
    tasks = [asyncio.create_task(hub.run()), asyncio.create_task(hub.run_ticks())]
    await eventually(lambda: "live stream" not in live.readiness.waiting)
    try:
        yield live
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended
