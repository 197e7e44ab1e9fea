"""Requests to an application byte for byte, as no client sends them: headers twice, with spaces, in any case."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

RawHeaders = list[tuple[bytes, bytes]]


@dataclass
class RawAnswer:
    """What came back."""

    status: int = 0
    headers: RawHeaders = field(default_factory=list)
    body: bytes = b""

    @property
    def text(self) -> str:
        """Headers and body, to look for what must not be in them."""
        return repr(self.headers) + self.body.decode("utf-8", errors="replace")

    @property
    def problem(self) -> str:
        """The slug of a problem answer."""
        return str(json.loads(self.body)["type"]).rpartition(":")[2]


async def send_raw(app: ASGIApp, method: str, target: str, headers: RawHeaders, body: bytes = b"") -> RawAnswer:
    """One request; `target` is path and query as on the first line of a request."""
    path, _, query = target.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 40_000),
        "server": ("service", 80),
    }
    answer = RawAnswer()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer
