"""The cameras and sites a query may name: the read model of `rasid.cameras.v1`."""

from collections.abc import Collection
from typing import Any

from rasid.contract.envelope import Event
from rasid.contract.tables import CameraStateV1, SiteStateV1
from rasid.errors import TemporarilyUnavailable


class Registry:
    """Cameras and sites as last published, in memory. Until it is read to its end, nothing is concluded from it."""

    def __init__(self, *, is_complete: bool = True) -> None:
        self.is_complete = is_complete
        self._cameras: dict[str, CameraStateV1] = {}
        self._sites: dict[str, SiteStateV1] = {}

    def apply(self, key: str, event: Event[Any] | None) -> None:
        """Take one row of the topic; None erases it."""
        if event is None:
            _, _, row = key.partition(":")
            (self._sites if key.startswith("site:") else self._cameras).pop(row, None)
        elif isinstance(event.data, CameraStateV1):
            self._cameras[event.data.camera_id] = event.data
        elif isinstance(event.data, SiteStateV1):
            self._sites[event.data.site_id] = event.data

    def complete(self) -> None:
        """It has been read to where it ended at the start."""
        self.is_complete = True

    def check_complete(self) -> None:
        """Raise TemporarilyUnavailable while what is missing may only not be read yet."""
        if not self.is_complete:
            raise TemporarilyUnavailable(
                "registry-unread",
                "The registry of cameras is being read, which takes seconds after a start: ask again.",
            )

    def has_camera(self, camera_id: str) -> bool:
        """Whether there is such a camera."""
        return camera_id in self._cameras

    def has_site(self, site_id: str) -> bool:
        """Whether there is such a site."""
        return site_id in self._sites

    def has_sector(self, sector: str) -> bool:
        """Whether a site lies in such a sector."""
        return any(site.sector == sector for site in self._sites.values())

    def sites_in(self, sectors: Collection[str]) -> frozenset[str]:
        """The sites of these sectors."""
        return frozenset(site_id for site_id, site in self._sites.items() if site.sector in sectors)

    def cameras_at(self, site_ids: Collection[str] | None) -> list[str]:
        """The cameras in service at these sites (None: anywhere), in order."""
        return sorted(
            camera.camera_id
            for camera in self._cameras.values()
            if camera.state == "active" and (site_ids is None or camera.site_id in site_ids)
        )
