"""The few SOAP messages by which an ONVIF device is asked for its events: written, and its answers read. No IO.

Sources: ONVIF Core Specification (real-time pull-point notification, WS-UsernameToken); WS-BaseNotification 1.3.
Prefixes are our own odd ones: what a device wants echoed in the header (`ReferenceParameters`) comes with the prefixes
of its answer.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from msgspec import Struct

from rasid.errors import InvalidEvent
from services.ingest.payload import xml_document
from services.ingest.payload.tree import Node
from services.ingest.pull.vault import CameraCredential

MEDIA_TYPE = "application/soap+xml; charset=utf-8"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2"
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_PASSWORD = f"{_SECURITY}username-token-profile-1.0#PasswordDigest"
_NONCE = f"{_SECURITY}soap-message-security-1.0#Base64Binary"
_PREFIXES = {
    "rs": "http://www.w3.org/2003/05/soap-envelope",
    "ra": "http://www.w3.org/2005/08/addressing",
    "re": EVENTS,
    "rd": DEVICE,
    "rn": NOTIFICATION,
    "rw": f"{_SECURITY}wssecurity-secext-1.0.xsd",
    "ru": f"{_SECURITY}wssecurity-utility-1.0.xsd",
}
ACTIONS = {
    "time": f"{DEVICE}/GetSystemDateAndTime",
    "capabilities": f"{DEVICE}/GetCapabilities",
    "create": f"{EVENTS}/EventPortType/CreatePullPointSubscriptionRequest",
    "pull": f"{EVENTS}/PullPointSubscription/PullMessagesRequest",
    "renew": f"{NOTIFICATION.replace('b-2', 'bw-2')}/SubscriptionManager/RenewRequest",
    "unsubscribe": f"{NOTIFICATION.replace('b-2', 'bw-2')}/SubscriptionManager/UnsubscribeRequest",
}
_REFERENCE = re.compile(
    rb"<(?:[\w.-]+:)?ReferenceParameters\b[^>]*>(.*?)</(?:[\w.-]+:)?ReferenceParameters>", re.DOTALL
)
_DECLARED = re.compile(rb"""\sxmlns:([A-Za-z_][\w.-]{0,40})\s*=\s*["']([^"'<>&]{1,200})["']""")
_LONGEST_REFERENCE = 2048
_LARGEST = 10_000


class Subscription(Struct, frozen=True):
    """Where messages are pulled: a path on the device, and what it wants echoed, with the prefixes that this uses."""

    path: str
    reference: str = ""
    prefixes: dict[str, str] = {}


class Token(Struct, frozen=True):
    """What a request is proven by: `nonce` is new each time, `at` the device's own time."""

    credential: CameraCredential
    nonce: bytes
    at: datetime

    def header(self) -> str:
        """The security header: a digest of nonce, time and password."""
        created = f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
        whole = self.nonce + created.encode() + self.credential.password.encode()
        # WS-UsernameToken knows no other digest; what it protects against is reading along.
        digest = base64.b64encode(hashlib.sha1(whole, usedforsecurity=False).digest()).decode()
        return (
            '<rw:Security rs:mustUnderstand="1"><rw:UsernameToken>'
            f"<rw:Username>{escape(self.credential.username)}</rw:Username>"
            f'<rw:Password Type="{_PASSWORD}">{digest}</rw:Password>'
            f'<rw:Nonce EncodingType="{_NONCE}">{base64.b64encode(self.nonce).decode()}</rw:Nonce>'
            f"<ru:Created>{created}</ru:Created></rw:UsernameToken></rw:Security>"
        )


def get_time() -> bytes:
    """What time the device has; needs no proof."""
    return _envelope("time", "", "<rd:GetSystemDateAndTime/>")


def get_capabilities(token: Token) -> bytes:
    """Where its event service is."""
    return _envelope(
        "capabilities", token.header(), "<rd:GetCapabilities><rd:Category>Events</rd:Category></rd:GetCapabilities>"
    )


def create(token: Token, life_seconds: int) -> bytes:
    """A pull point that lives so long without being renewed."""
    life = f"<re:InitialTerminationTime>PT{life_seconds}S</re:InitialTerminationTime>"
    return _envelope(
        "create", token.header(), f"<re:CreatePullPointSubscription>{life}</re:CreatePullPointSubscription>"
    )


def pull(token: Token, subscription: Subscription, url: str, *, wait_seconds: int, limit: int) -> bytes:
    """The messages there are, or those that come within a while."""
    wait = f"<re:Timeout>PT{wait_seconds}S</re:Timeout><re:MessageLimit>{limit}</re:MessageLimit>"
    return _to(subscription, "pull", url, token, f"<re:PullMessages>{wait}</re:PullMessages>")


def renew(token: Token, subscription: Subscription, url: str, life_seconds: int) -> bytes:
    """Let it live on."""
    life = f"<rn:TerminationTime>PT{life_seconds}S</rn:TerminationTime>"
    return _to(subscription, "renew", url, token, f"<rn:Renew>{life}</rn:Renew>")


def unsubscribe(token: Token, subscription: Subscription, url: str) -> bytes:
    """Let it go: devices have few pull points."""
    return _to(subscription, "unsubscribe", url, token, "<rn:Unsubscribe/>")


def time_of(body: bytes) -> datetime | None:
    """The device's own time in UTC, None when it does not say."""
    found = _body_of(body, "GetSystemDateAndTimeResponse").node("SystemDateAndTime").node("UTCDateTime")
    date, time = found.node("Date"), found.node("Time")
    numbers = [
        *(date.number(name) for name in ("Year", "Month", "Day")),
        *(time.number(name) for name in ("Hour", "Minute", "Second")),
    ]
    given = [int(one) for one in numbers if one is not None and abs(one) < _LARGEST]
    if len(given) != len(numbers):
        return None
    year, month, day, hour, minute, second = given
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def events_path(body: bytes) -> str | None:
    """The path of the event service, None when the answer names none."""
    found = _body_of(body, "GetCapabilitiesResponse").node("Capabilities").node("Events").long_text("XAddr")
    return path_of(found)


def subscription_of(body: bytes) -> Subscription | None:
    """The pull point that was made, None when there is none in the answer."""
    answer = _body_of(body, "CreatePullPointSubscriptionResponse")
    path = path_of(answer.node("SubscriptionReference").long_text("Address"))
    if path is None:
        return None
    found = _REFERENCE.search(body)
    reference = found[1].strip() if found and len(found[1]) <= _LONGEST_REFERENCE else b""
    declared = {name.decode(): uri.decode("utf-8", "replace") for name, uri in _DECLARED.findall(body)}
    return Subscription(path, reference.decode("utf-8", "replace"), declared if reference else {})


def path_of(address: str | None) -> str | None:
    """Path and query of an address; None when it is none.

    Host and port stay those that the camera is registered with: devices name themselves by addresses that lead nowhere,
    or to somebody else.
    """
    try:
        parts = urlsplit((address or "").strip())
    except ValueError:
        return None
    if not parts.path.startswith("/"):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def fault_of(body: bytes) -> str | None:
    """Why a device refuses, in its own words, shortened; None when it does not."""
    fault = _envelope_of(body).node("Body").node("Fault")
    if not fault:
        return None
    words = (
        fault.node("Reason").text("Text")
        or fault.node("Reason").node("Text").text("#text")
        or fault.text("faultstring")
    )
    return (words or "a SOAP fault without words")[:120]


def is_refusal(body: bytes) -> bool:
    """Whether a fault says that the caller is not known or may not."""
    return re.search(rb"NotAuthorized|FailedAuthentication|InvalidSecurity|Sender not Authorized", body) is not None


def _to(subscription: Subscription, action: str, url: str, token: Token, content: str) -> bytes:
    header = f"{token.header()}<ra:To>{escape(url)}</ra:To>{subscription.reference}"
    return _envelope(action, header, content, subscription.prefixes)


def _envelope(action: str, header: str, content: str, prefixes: Mapping[str, str] | None = None) -> bytes:
    declared = "".join(f' xmlns:{name}="{escape(uri)}"' for name, uri in {**(prefixes or {}), **_PREFIXES}.items())
    about = f"<ra:Action>{ACTIONS[action]}</ra:Action>{header}" if header else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rs:Envelope{declared}><rs:Header>{about}</rs:Header>'
        f"<rs:Body>{content}</rs:Body></rs:Envelope>"
    ).encode()


def _body_of(body: bytes, name: str) -> Node:
    return _envelope_of(body).node("Body").node(name)


def _envelope_of(body: bytes) -> Node:
    try:
        return xml_document.parse(body).fields
    except InvalidEvent:
        return Node()
