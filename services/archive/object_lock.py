"""Whether the object store can be trusted with evidence: asked of the store itself, before any is taken."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from rasid.errors import ConfigurationError, TemporarilyUnavailable, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics

WAIT_SECONDS = 0.5
AGAIN_SECONDS = 30.0
# A store is upgraded and its policies change while we run: proven once is not proven for good.
PROVEN_SECONDS = 24 * 3600.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What the proof is called, what follows while it has not held, and how to mend that."""

    part: str
    consequence: str
    fix: str


EVIDENCE = Words(
    part="object lock",
    consequence="no evidence is taken",
    fix="give the archive a bucket with versioning and Object Lock in a store that enforces them, and a credential "
    "that may not bypass governance (docs/operations.md, 'The object store')",
)


class Verdict(Protocol):
    """What a proof found."""

    @property
    def holds(self) -> bool:
        """Whether the store withstood everything that was tried."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    slug: str
    why: str


class ObjectLock:
    """Evidence is taken, or erased, only while the last proof held. `prove` makes the bucket, if need be, and tries."""

    def __init__(
        self,
        prove: Callable[[], Awaitable[Verdict]],
        *,
        clock: Clock,
        readiness: Readiness,
        metrics: Metrics,
        words: Words = EVIDENCE,
    ) -> None:
        self._prove = prove
        self._words = words
        self._clock = clock
        self._readiness = readiness
        self._metrics = metrics
        self._trouble: _Trouble | None = _Trouble("store-not-proven", "the object store has not shown that it locks")
        readiness.not_ready(words.part, "has not been proven yet")

    @property
    def is_proven(self) -> bool:
        """Whether the last proof held."""
        return self._trouble is None

    def check(self) -> None:
        """Raise TemporarilyUnavailable unless the store is proven to hold its locks."""
        if self._trouble is not None:
            consequence = self._words.consequence.capitalize()
            detail = f"{consequence}: {self._trouble.why}. To mend it: {self._words.fix}."
            raise TemporarilyUnavailable(
                self._trouble.slug, detail, headers={"Retry-After": f"{AGAIN_SECONDS:g}", "Connection": "close"}
            )

    async def run(self) -> None:
        """Prove until it holds, then again once a day, until cancelled."""
        while True:
            await self._clock.sleep(await self.look())

    async def look(self) -> float:
        """Prove it once; returns how many seconds later it is worth another look."""
        try:
            verdict = await self._prove()
        except Unavailable as error:
            if self._trouble is None:
                return AGAIN_SECONDS  # what was proven stays so; that the store is away shows where it is needed
            self._fails(_Trouble("store-not-proven", f"the object store does not answer ({error.detail})"))
            return WAIT_SECONDS
        except ConfigurationError as error:
            self._fails(_Trouble("store-refuses-us", error.problem))
            return AGAIN_SECONDS
        if not verdict.holds:
            self._fails(_Trouble("store-does-not-lock", f"the object store does not hold its locks ({verdict})"))
            return AGAIN_SECONDS
        self._trouble = None
        self._metrics.lock_holds.set(1)
        self._readiness.ready(self._words.part)
        return PROVEN_SECONDS

    def _fails(self, trouble: _Trouble) -> None:
        if trouble != self._trouble:
            log.error(self._words.consequence, slug=trouble.slug, why=trouble.why)
        self._trouble = trouble
        self._metrics.lock_holds.set(0)
        self._readiness.not_ready(self._words.part, f"{trouble.why}; to mend it: {self._words.fix}")
