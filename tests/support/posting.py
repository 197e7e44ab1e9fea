"""Cameras that post at a steady rate whatever the answers take, and what each was promised."""

import asyncio
import base64
import json
import time
from collections import Counter
from collections.abc import Iterator

from benchmarks._load import OK, Connection, post
from tools.demo.cameras import CameraClient

DECLINED = "urn:rasid:problem:not-durable"


class Posting:
    """Posts `reads` in turn for these cameras until told to stop, over connections that are kept alive."""

    def __init__(self, port: int, cameras: list[CameraClient], reads: Iterator[bytes], rate: float) -> None:
        self.promised: set[str] = set()
        self.answers: Counter[int] = Counter()
        self.declined = 0
        """Posts that were told that nothing durable can be had."""
        self._port = port
        self._reads = reads
        self._rate = rate
        self._idle: list[Connection] = []
        self._made: list[Connection] = []
        self._stopped = False
        self._heads = [_headers(camera) for camera in cameras]

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as posts:
                await self._keep_on(posts)
        finally:
            for connection in self._made:
                await connection.close()

    async def _keep_on(self, posts: asyncio.TaskGroup) -> None:
        due = time.monotonic()
        for number, read in enumerate(self._reads):
            if self._stopped:
                return
            path, headers = self._heads[number % len(self._heads)]
            posts.create_task(self._post(post(path, read, headers)))
            due += 1 / self._rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def stop(self) -> None:
        self._stopped = True

    def _connection(self) -> Connection:
        self._made.append(Connection(self._port))
        return self._made[-1]

    async def _post(self, request: bytes) -> None:
        connection = self._idle.pop() if self._idle else self._connection()
        try:
            status, body = await connection.ask(request)
        except (OSError, asyncio.IncompleteReadError):
            await connection.close()  # the process is dead: nothing was promised
            return
        finally:
            self._idle.append(connection)
        self.answers[status] += 1
        answer = json.loads(body)
        if status == OK:
            self.promised |= set(answer["accepted"])
        elif answer["type"] == DECLINED:
            self.declined += 1


def _headers(camera: CameraClient) -> tuple[str, dict[str, str]]:
    pair = f"{camera.credential.user}:{camera.credential.password}".encode()
    basic = base64.b64encode(pair).decode()
    return f"/v1/cameras/{camera.camera_id}/events", {
        "Authorization": f"Basic {basic}",
        "Content-Type": "application/xml",
    }
