"""Whether it is worth asking the broker at all. Pure: no IO, no clock.

A send that gets no acknowledgement costs whoever posts the whole deadline. After a few such in a row nobody waits any
more, until a probe has got through.
"""

FAILURES = 3


class Circuit:
    """Open after `limit` sends in a row without an acknowledgement."""

    def __init__(self, limit: int = FAILURES) -> None:
        self._limit = limit
        self._failures = 0
        self._acknowledged = 0
        self.is_open = False

    def failed(self, acknowledged: int) -> bool:
        """A send got no acknowledgement; whether that has just opened the circuit.

        `acknowledged` is how many sends have got one in all: when it has grown since the last failure, that was not in
        a row with this one. So a send that succeeds, the usual case, need not say so here.
        """
        if acknowledged != self._acknowledged:
            self._acknowledged = acknowledged
            self._failures = 0
        self._failures += 1
        if self.is_open or self._failures < self._limit:
            return False
        self.is_open = True
        return True

    def probed(self) -> None:
        """A probe was acknowledged."""
        self.is_open = False
        self._failures = 0

    def half_open(self) -> None:
        """There is nothing to probe with: the next send tries, and opens the circuit again when it fails."""
        self.is_open = False
        self._failures = self._limit - 1
