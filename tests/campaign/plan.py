"""What is done to a platform, and in which order: a seed decides, and nothing else. No IO."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

HOLDS_SECONDS = (0.3, 3.0)
# Long enough for what is done every second or two.
CLOCK_SECONDS = (2.0, 6.0)
AT_ONCE = (1, 2, 2, 3, 3)


class Kind(StrEnum):
    """What can happen."""

    KILL = "kill"
    KILL_ENGINE = "kill engine"
    STOP = "stop"
    PAUSE = "pause"
    CUT = "cut off"
    HANG = "hang"
    SLOW = "slow down"
    FULL = "fill the disk of"
    AHEAD = "an hour ahead:"
    BEHIND = "an hour behind:"


ENGINE_KINDS = (Kind.KILL_ENGINE, Kind.STOP, Kind.PAUSE)
NETWORK_KINDS = (Kind.CUT, Kind.HANG, Kind.SLOW)
CLOCK_KINDS = (Kind.AHEAD, Kind.BEHIND)


@dataclass(frozen=True)
class Fault:
    """One thing that happens to `target` and is over after `seconds`.

    `node` counts an engine's nodes from 1, 0 is all of them. `is_deadly` kills a service whose clock is off; a disk
    is full while the broker is away, since it is needed then.
    """

    kind: Kind
    target: str
    seconds: float = 0.0
    node: int = 0
    is_deadly: bool = False

    @property
    def touches(self) -> frozenset[str]:
        """What nothing else may be done to meanwhile."""
        return frozenset({self.target, "kafka"} if self.kind is Kind.FULL else {self.target})

    def __str__(self) -> str:
        node = f" (node {self.node})" if self.node else ""
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.kind} {self.target}{node}{lasting}{', then kill it' if self.is_deadly else ''}"


@dataclass(frozen=True)
class Targets:
    """What there is to be ill-treated: engines with the number of their nodes; clocks and disks where that works."""

    services: Sequence[str]
    engines: Mapping[str, int]
    disks: Sequence[str] = ()
    clocks: Sequence[str] = ()


Step = tuple[Fault, ...]
"""What happens at the same time."""


def plan(targets: Targets, chance: random.Random, *, kills: int, rounds: int) -> list[Step]:
    """Each service killed so many times, all else ill-treated so often in each way; some of it at the same time."""
    faults = [
        *(Fault(Kind.KILL, service) for service in targets.services for _ in range(kills)),
        *(fault for _ in range(rounds) for fault in _of_one_round(targets, chance)),
    ]
    chance.shuffle(faults)
    return list(_steps(faults, chance))


def _of_one_round(targets: Targets, chance: random.Random) -> Iterator[Fault]:
    for engine, nodes in targets.engines.items():
        for kind in (*ENGINE_KINDS, *NETWORK_KINDS):
            node = chance.randint(0, nodes) if nodes > 1 else 0
            yield Fault(kind, engine, chance.uniform(*HOLDS_SECONDS), node)
    for disk in targets.disks:
        yield Fault(Kind.FULL, disk, chance.uniform(*HOLDS_SECONDS))
    for kind in CLOCK_KINDS if targets.clocks else ():
        for service in chance.sample(targets.clocks, 2):
            yield Fault(kind, service, chance.uniform(*CLOCK_SECONDS), is_deadly=chance.random() < 1 / 2)


def _steps(faults: Sequence[Fault], chance: random.Random) -> Iterator[Step]:
    """In their order, one, two or three at the same time as long as they are not about the same."""
    waiting = list(faults)
    while waiting:
        step: list[Fault] = []
        touched: frozenset[str] = frozenset()
        many = chance.choice(AT_ONCE)
        for fault in [*waiting]:
            if len(step) < many and not touched & fault.touches:
                step.append(fault)
                touched |= fault.touches
                waiting.remove(fault)
        yield tuple(step)
