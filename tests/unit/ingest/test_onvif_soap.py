"""The messages by which an ONVIF device is asked, and what its answers mean, however they are written."""

import base64
import hashlib
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from services.ingest.pull import onvif_soap
from services.ingest.pull.onvif_soap import Subscription, Token
from services.ingest.pull.vault import CameraCredential
from tests.support.vendors.onvif import soap

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TOKEN = Token(CameraCredential("ras&id", "p<w"), b"0123456789abcdef", AT)
ADDRESS = "http://10.9.8.7:99/onvif/sub?x=1&amp;y=2"


def made(address=ADDRESS, parameters="", more=""):
    reference = f"<wsa:ReferenceParameters>{parameters}</wsa:ReferenceParameters>" if parameters else ""
    return soap(
        f'<tev:SubscriptionReference xmlns:tev="{onvif_soap.EVENTS}" xmlns:wsa="http://www.w3.org/2005/08/addressing"'
        f"{more}><wsa:Address>{address}</wsa:Address>{reference}</tev:SubscriptionReference>",
        "CreatePullPointSubscriptionResponse",
    )


def header_of(message):
    envelope = ET.fromstring(message)
    return envelope[0], envelope[1]


def test_a_request_proves_itself_by_a_digest_and_never_by_the_password():
    message = onvif_soap.create(TOKEN, 600)
    assert b"p&lt;w" not in message
    assert b"p<w" not in message
    header, body = header_of(message)
    texts = {one.tag.partition("}")[2]: one.text for one in header.iter()}
    expected = hashlib.sha1(b"0123456789abcdef" + b"2026-03-01T08:00:00Z" + b"p<w").digest()
    assert texts["Username"] == "ras&id"
    assert texts["Created"] == "2026-03-01T08:00:00Z"
    assert base64.b64decode(texts["Password"]) == expected
    assert "".join(body.itertext()) == "PT600S"


@pytest.mark.parametrize(
    "message",
    [
        onvif_soap.get_time(),
        onvif_soap.get_capabilities(TOKEN),
        onvif_soap.pull(TOKEN, Subscription("/x"), "http://h/x?a=1&b=2", wait_seconds=5, limit=9),
        onvif_soap.renew(TOKEN, Subscription("/x"), "http://h/x", 600),
        onvif_soap.unsubscribe(TOKEN, Subscription("/x"), "http://h/x"),
    ],
)
def test_every_message_is_well_formed(message):
    header_of(message)


def test_a_pull_point_is_asked_at_the_registered_host_whatever_it_calls_itself():
    found = onvif_soap.subscription_of(made())
    assert found == Subscription("/onvif/sub?x=1&y=2")
    for address in ("", "urn:x", "not an address", "http://[", "http://host"):
        assert onvif_soap.subscription_of(made(address)) is None
    assert onvif_soap.subscription_of(b"nonsense") is None


@pytest.mark.parametrize(
    ("parameters", "more"),
    [
        ('<dom0:SubscriptionId xmlns:dom0="http://www.axis.com/2009/event">1</dom0:SubscriptionId>', ""),
        ("<ns5:SubscriptionId>1</ns5:SubscriptionId>", ' xmlns:ns5="http://www.axis.com/2009/event"'),
        ("<SubscriptionId>1</SubscriptionId>", ""),
    ],
)
def test_what_a_device_wants_echoed_is_echoed_with_its_prefixes(parameters, more):
    subscription = onvif_soap.subscription_of(made(parameters=parameters, more=more))
    header, _ = header_of(onvif_soap.pull(TOKEN, subscription, "http://h/x", wait_seconds=5, limit=9))
    [echoed] = [one for one in header.iter() if one.tag.endswith("SubscriptionId")]
    assert echoed.text == "1"
    assert echoed.tag == (
        "SubscriptionId" if parameters.startswith("<Sub") else "{http://www.axis.com/2009/event}SubscriptionId"
    )


def told(hour="8", **date):
    numbers = {"Year": "2026", "Month": "3", "Day": "1"} | date
    parts = "".join(f"<tt:{name}>{value}</tt:{name}>" for name, value in numbers.items())
    time = f"<tt:Time><tt:Hour>{hour}</tt:Hour><tt:Minute>0</tt:Minute><tt:Second>0</tt:Second></tt:Time>"
    utc = f"<tt:UTCDateTime>{time}<tt:Date>{parts}</tt:Date></tt:UTCDateTime>"
    content = f"<SystemDateAndTime>{utc}</SystemDateAndTime>"
    return soap(content, "GetSystemDateAndTimeResponse")


def test_the_devices_own_time_is_read_where_it_is_one():
    assert onvif_soap.time_of(told()) == AT
    for odd in (told("25"), told("x"), told(Year="0"), told(Year="1e99"), told(Day="31", Month="2"), b"", b"<html>"):
        assert onvif_soap.time_of(odd) is None


def test_faults_are_told_in_the_devices_words():
    twelve = soap("<s:Reason><s:Text xml:lang='en'>Sender not Authorized</s:Text></s:Reason>", "Fault")
    eleven = soap("<faultstring>busy</faultstring>", "Fault")
    assert onvif_soap.fault_of(eleven) == "busy"
    assert onvif_soap.fault_of(twelve) == "Sender not Authorized"
    assert onvif_soap.is_refusal(twelve)
    assert not onvif_soap.is_refusal(eleven)
    assert onvif_soap.fault_of(made()) is None
