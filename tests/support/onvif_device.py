"""A small ONVIF device: tells its time, where its events are, makes a pull point and answers pulls."""

import asyncio
from collections import deque
from datetime import UTC, datetime

from tests.support.camera_server import Connection
from tests.support.vendors.onvif import soap

EVENTS = "http://www.onvif.org/ver10/events/wsdl"
SOAP = "application/soap+xml"


class OnvifDevice:
    """The script of a `CameraServer`. `messages` wait to be pulled; `calls` are what was asked, in order."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.messages: deque[str] = deque()
        self.fault: str | None = None
        self.is_hanging = False

    async def __call__(self, connection: Connection) -> None:
        """Answer one request."""
        name = self._name(connection.body)
        self.calls.append(name)
        if name == "PullMessages":
            await self._pull(connection)
        else:
            await connection.answer(self._answer(name), SOAP)

    async def _pull(self, connection: Connection) -> None:
        if self.is_hanging:
            await connection.hang()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            await connection.answer(soap(f"<faultstring>{fault}</faultstring>", "Fault"), SOAP, "500 Fault")
            return
        for _ in range(20):
            if self.messages:
                break
            await asyncio.sleep(0.02)
        found = [self.messages.popleft() for _ in range(len(self.messages))]
        await connection.answer(soap("<tev:CurrentTime>x</tev:CurrentTime>" + "".join(found)), SOAP)

    def _answer(self, name: str) -> bytes:
        now = datetime.now(UTC)
        contents = {
            "GetSystemDateAndTime": (
                "<SystemDateAndTime><UTCDateTime>"
                f"<Time><Hour>{now.hour}</Hour><Minute>{now.minute}</Minute><Second>{now.second}</Second></Time>"
                f"<Date><Year>{now.year - 5}</Year><Month>{now.month}</Month><Day>{min(now.day, 28)}</Day></Date>"
                "</UTCDateTime></SystemDateAndTime>"
            ),
            "GetCapabilities": (
                "<Capabilities><Events><XAddr>http://10.0.0.9:8000/onvif/my_events</XAddr></Events></Capabilities>"
            ),
            "CreatePullPointSubscription": (
                "<SubscriptionReference><Address>http://10.0.0.9/onvif/sub?Idx=3</Address></SubscriptionReference>"
            ),
        }
        return soap(contents.get(name, ""), f"{name}Response")

    @staticmethod
    def _name(body: bytes) -> str:
        found = (b"GetSystemDateAndTime", b"GetCapabilities", b"CreatePullPointSubscription", b"PullMessages", b"Renew")
        content = body.partition(b"Body>")[2]
        return next((one.decode() for one in found if one in content), "Unsubscribe")
