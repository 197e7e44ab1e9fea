"""Token keys from a file that may change at run time."""

from pathlib import Path

from joserfc.jwk import Key

from rasid.errors import ConfigurationError
from rasid.identity.held_keys import HeldKeys
from rasid.identity.keyset import FIX, MAX_SET_BYTES, KeySet, read_key_set
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger

log = get_logger(__name__)

LOOK_SECONDS = 1.0
STALE_SECONDS = 3600.0


class KeyFile:
    """The keys of a JWKS file. Looks for a change at most once a second.

    Raises ConfigurationError when the file is unusable at start. When it becomes unusable later (half written, gone),
    the failure is logged once and the last good keys stay for `stale_seconds`: a single key is withdrawn by writing a
    set without it.
    """

    def __init__(self, path: Path, clock: Clock, *, stale_seconds: float = STALE_SECONDS) -> None:
        self._path = path
        self._clock = clock
        self._held = HeldKeys(clock, stale_seconds)
        self._stamp = _stamp(path)
        self._held.take(load(path))
        self._looked = clock.monotonic()

    @property
    def generation(self) -> int:
        """Grows with every change of the keys."""
        return self._held.generation

    def refresh(self) -> None:
        """Read the file again when it has changed since the last look."""
        now = self._clock.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._held.take(load(self._path))
        except ConfigurationError as error:
            self._held.fail()
            log.error("the token keys changed and cannot be used; the last good ones stay", problem=error.problem)  # noqa: TRY400 - no traceback: it would show the file

    def find(self, kid: object, algorithm: object) -> Key | None:
        """The key named `kid`, when it may verify `algorithm`; raises TemporarilyUnavailable while no key is known."""
        self._held.check_usable()
        return self._held.find(kid, algorithm)

    async def run(self) -> None:
        """Nothing runs: the file is looked at when a token comes."""


def load(path: Path) -> KeySet:
    """Read a JWKS file; raises ConfigurationError."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_SET_BYTES + 1)
    except OSError:
        raise ConfigurationError(f"the token keys {path} cannot be read", FIX) from None
    if len(text) > MAX_SET_BYTES:
        raise ConfigurationError(f"the token keys {path} are larger than {MAX_SET_BYTES} bytes", FIX)
    return read_key_set(text, str(path))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
