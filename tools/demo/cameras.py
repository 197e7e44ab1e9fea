"""A camera as Rasid meets it: posts payloads with its own credential, by Digest, as its firmware would."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from tools.demo.connecting import http_client

POST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Credential:
    """What an administrator types into the camera's own page."""

    user: str
    password: str


class CameraClient:
    """One camera's connection to ingest."""

    def __init__(self, ingest: str, camera_id: str, credential: Credential, *, basic: bool = False) -> None:
        self.camera_id = camera_id
        self.credential = credential
        auth = httpx.BasicAuth if basic else httpx.DigestAuth
        self._path = f"/v1/cameras/{camera_id}/events"
        self._client = http_client(
            ingest,
            auth=auth(credential.user, credential.password),
            timeout=POST_SECONDS,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def post(self, content_type: str, body: bytes) -> httpx.Response:
        """Send one payload and return the answer, whatever it is."""
        return await self._client.post(self._path, content=body, headers={"content-type": content_type})
