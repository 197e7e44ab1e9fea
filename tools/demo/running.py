"""What the little city needs of the services it drives, wherever they run."""

from collections.abc import Mapping
from typing import Protocol

from rasid.runtime.clock import Clock


class Reachable(Protocol):
    """A service."""

    @property
    def address(self) -> str:
        """Its `http://` URL."""


class Running(Protocol):
    """Services that run, on this machine or in containers."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def ingest(self) -> Reachable:
        """What cameras talk to."""

    @property
    def alerts(self) -> Reachable:
        """What rings."""

    @property
    def search(self) -> Reachable:
        """What finds."""

    @property
    def archive(self) -> Reachable:
        """What keeps."""

    @property
    def casework(self) -> Reachable:
        """What says which cases hold."""

    async def sign_in(self, name: str) -> str:
        """An access token, which the services believe, of one of the demo's people."""

    def addresses(self) -> Mapping[str, str]:
        """Where a person reaches what runs, by name."""

    def memory_mebibytes(self) -> Mapping[str, int | None]:
        """What each process takes up now, where that can be seen."""
