"""Which cameras there are: the table of `rasid.cameras.v1`, as far as the archive asks."""

from rasid.contract.envelope import Event
from rasid.contract.tables import CameraStateV1

CAMERA_STATE = "camera.state"
PREFIX = "camera:"


class CameraTable:
    """Ids of cameras that are registered, retired ones too: their recordings are still there."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __contains__(self, camera_id: object) -> bool:
        return camera_id in self._known

    def apply(self, key: str, event: Event[CameraStateV1] | None) -> None:
        """Take one row: its key, and its state or None when it is erased."""
        camera_id = key.removeprefix(PREFIX)
        if event is None:
            self._known.discard(camera_id)
        else:
            self._known.add(camera_id)
