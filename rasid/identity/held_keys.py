"""The keys whose tokens are believed now, wherever they come from; the last good ones stay for a bounded time."""

from typing import Protocol

from joserfc.jwk import Key

from rasid.errors import TemporarilyUnavailable
from rasid.identity.keyset import KeySet
from rasid.runtime.clock import Clock


class KeySource(Protocol):
    """Where a verifier's keys come from."""

    @property
    def generation(self) -> int:
        """Grows with every change of the keys."""

    def refresh(self) -> None:
        """Notice what has changed; cheap enough for every request."""

    def find(self, kid: object, algorithm: object) -> Key | None:
        """The key named `kid`, when it may verify `algorithm`; raises TemporarilyUnavailable while no key is known."""

    async def run(self) -> None:
        """Keep the keys fresh until cancelled; returns at once when nothing has to run for that."""


class HeldKeys:
    """The last good key set. A source that fails keeps it in force for `stale_seconds`, and then nobody is believed.

    For ever would be too long: a key that was withdrawn because it was stolen would go on counting for as long as a
    thief keeps the new set from arriving. At once would lock everybody out whenever the provider restarts.
    """

    def __init__(self, clock: Clock, stale_seconds: float) -> None:
        self._clock = clock
        self._stale_seconds = stale_seconds
        self._keys: KeySet = {}
        self._failing_since: float | None = None
        self.generation = 0

    def take(self, keys: KeySet) -> None:
        """A good set has been read."""
        self._failing_since = None
        if _names(keys) != _names(self._keys):
            self._keys = keys
            self.generation += 1

    def fail(self) -> None:
        """The source could not be read, or not be used."""
        if self._failing_since is None:
            self._failing_since = self._clock.monotonic()

    @property
    def are_usable(self) -> bool:
        """Whether a key is known and the set is not stale."""
        since = self._failing_since
        return bool(self._keys) and (since is None or self._clock.monotonic() - since < self._stale_seconds)

    def check_usable(self) -> None:
        """Raise TemporarilyUnavailable when they are not: nobody can be told from anybody else."""
        if not self.are_usable:
            raise TemporarilyUnavailable(
                "token-keys-unknown",
                "The keys of the identity provider cannot be read, so no token can be checked. Try again soon.",
            )

    def find(self, kid: object, algorithm: object) -> Key | None:
        """The key named `kid`, when it may verify `algorithm`."""
        pinned = self._keys.get(kid) if isinstance(kid, str) else None
        return pinned.key if pinned is not None and algorithm in pinned.algorithms else None


def _names(keys: KeySet) -> dict[str, tuple[str, frozenset[str]]]:
    return {kid: (pinned.key.thumbprint(), pinned.algorithms) for kid, pinned in keys.items()}
