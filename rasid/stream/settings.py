"""How a delivery loop behaves; the defaults are what production runs with."""

from dataclasses import dataclass, field

from rasid.stream.limit import Limit
from rasid.stream.retry import Backoff

# The broker must wait longer for a member to leave its work than the member may take, or it gives the partitions away
# while their handlers still run (seen: 7.5 s with the client's default).
REBALANCE_MARGIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSettings:
    """Times in seconds. `batch_records` is the most a handler is given at once.

    * `poll_seconds`: how long to wait for records before looking after everything else;
    * `drain_seconds`: how long a rebalance or a stop lets handlers finish before they are cancelled;
    * `cancel_seconds`: how long a cancelled handler may take to let go; one that takes longer ends the process;
    * `commit_seconds`: offsets are committed at most this often (and when leaving);
    * `look_seconds`: how often the broker is asked from outside how far the topic is, for lag and for the watchdog;
    * `broker_seconds`: deadline of one commit or one such look;
    * `session_seconds`: a member that was killed is noticed after this long;
    * `fetch_bytes`: the most that is read of one partition at once: how full batches get, and what bounds memory; as
      much is read ahead while the partition is at work, and as much may wait in the client.
    """

    batch_records: int = 500
    poll_seconds: float = 0.2
    drain_seconds: float = 10.0
    cancel_seconds: float = 5.0
    commit_seconds: float = 1.0
    look_seconds: float = 10.0
    broker_seconds: float = 5.0
    session_seconds: float = 6.0
    fetch_bytes: int = 256 * 1024
    retry: Backoff = field(default_factory=Backoff)
    limit: Limit = field(default_factory=Limit)

    @property
    def rebalance_seconds(self) -> float:
        """How long the broker waits for this member in a rebalance."""
        return self.drain_seconds + self.cancel_seconds + REBALANCE_MARGIN_SECONDS
