"""Stands in for the casework service, which is not built yet: publishes the demo's two cases and its heartbeat."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseKind, CaseStateV1, CaseworkHeartbeatV1
from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.publishing import Publisher
from rasid.runtime.tasks import Tasks
from rasid.stream.producer import KafkaProducer

OFFICER = "officer.amal"
OPERATOR = "officer.karim"
AGENCY = "police"
INVESTIGATION = "case-stolen-vehicles"
DUTY = "duty-control-room"
SHIFT_DAYS = 30
BEAT_SECONDS = 1.0
BEATS = "Standing in for casework: its heartbeat goes out each second."
MILLISECONDS = 1_000


@asynccontextmanager
async def stand_in(producer: KafkaProducer, clock: Clock, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Let casework be alive for as long as the context is open. Without it every disclosing route denies."""
    ended = "the stand-in of casework has ended: nothing is disclosed any more"
    async with producer, Tasks(lambda: say(ended)) as tasks:
        tasks.start("stand-in of casework", beat(producer, clock))
        yield


async def beat(publisher: Publisher, clock: Clock) -> None:
    """Say each second that casework is alive, until cancelled; a broker that is away is asked again."""
    while True:
        now = clock.now()
        version = int(now.timestamp() * MILLISECONDS)
        data = CaseworkHeartbeatV1(at=utc_text(now), version=version)
        with suppress(Unavailable):  # whoever listens notices the silence
            await publisher.publish(new_event(caused_id("casework-stand-in", str(version)), "/casework", now, data))
        await clock.sleep(BEAT_SECONDS)


async def open_cases(publisher: Publisher, now: datetime) -> None:
    """Open an investigation and a control-room shift, both of the police with an officer and an operator assigned."""
    kinds: dict[str, CaseKind] = {INVESTIGATION: "investigation", DUTY: "duty"}
    for case_id, kind in kinds.items():
        await publisher.publish(_case(case_id, kind, now))


def _case(case_id: str, kind: CaseKind, now: datetime) -> Event[CaseStateV1]:
    # The version grows with time, so that a later start of the demo replaces what an earlier one published.
    version = int(now.timestamp())
    data = CaseStateV1(
        case_id=case_id,
        agency=AGENCY,
        kind=kind,
        state="open",
        assigned=(OFFICER, OPERATOR),
        opened_at=utc_text(now),
        closes_at=utc_text(now + timedelta(days=SHIFT_DAYS)),
        version=version,
    )
    return new_event(caused_id(case_id, str(version)), "/casework", now, data)
