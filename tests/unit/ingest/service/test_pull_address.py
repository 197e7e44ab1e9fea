"""Where no camera is asked: at this machine, on its link, at its cloud's metadata - by number, by name, and by DNS."""

import socket

import httpx
import pytest

from services.ingest.connections import Broken
from services.ingest.pull.camera_http import CheckedAddresses, camera_client
from services.ingest.pull_address import why_not

NOWHERE = (
    "169.254.169.254",
    "169.254.1.1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "100.100.100.200",
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
)
HERE = ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::7f00:1", "localhost", "x.LOCALHOST", "localhost.")
CAMERAS = ("10.1.2.3", "172.16.0.9", "192.168.1.64", "192.0.2.17", "fd00::17", "::ffff:10.1.2.3", "cam-1.example")


def test_cameras_are_asked_in_their_networks_and_nowhere_else():
    assert [one for one in CAMERAS if why_not(one, loopback=False)] == []
    assert [one for one in (*NOWHERE, *HERE) if not why_not(one, loopback=False)] == []


def test_a_test_network_may_be_this_machine_and_no_more():
    assert [one for one in HERE if why_not(one, loopback=True)] == []
    assert [one for one in NOWHERE if not why_not(one, loopback=True)] == []


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "169.254.169.254", "fe80::1"])
async def test_such_a_camera_is_not_registered_to_be_asked(ingest, address):
    edit = {"kind": "fixed", "address": address}
    refused = await ingest.ask("PUT", "/v1/cameras/new", json=edit | {"pull": "dahua"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "address"
    assert "give the camera" in refused.json()["detail"]
    sheet = f"camera_id,kind,address,pull\nnew,fixed,{address},dahua\n"
    options = {"params": {"kind": "cameras"}, "content": sheet, "headers": {"content-type": "text/csv"}}
    report = (await ingest.ask("POST", "/v1/registry/import", **options)).json()
    assert report["created"] == 0
    assert [one["field"] for one in report["problems"]] == ["address"]
    assert (await ingest.ask("PUT", "/v1/cameras/new", json=edit)).status_code == 201, "it posts by itself"


class Answering(httpx.AsyncBaseTransport):
    """Answers at some addresses and notes who was asked."""

    def __init__(self, *up):
        self.up = up
        self.asked = []

    async def handle_async_request(self, request):
        self.asked.append((request.url.host, request.headers["host"]))
        if request.url.host not in self.up:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(200, text=(await request.aread()).decode())


def client(inner, *addresses):
    async def resolve(_host):
        return list(addresses)

    return httpx.AsyncClient(transport=CheckedAddresses(inner, loopback=False, resolve=resolve))


async def test_a_name_is_judged_by_what_it_stands_for_and_asked_at_just_that():
    inner = Answering("192.0.2.7")
    async with client(inner, "fd00::7", "192.0.2.7") as http:
        answer = await http.post("http://cam-1.example:8000/x", content=b"body")
    assert answer.text == "body"
    assert inner.asked == [("fd00::7", "cam-1.example:8000"), ("192.0.2.7", "cam-1.example:8000")]


async def test_a_name_that_stands_for_this_machine_too_is_not_asked_at_all():
    inner = Answering("192.0.2.7")
    async with client(inner, "192.0.2.7", "127.0.0.1") as http:
        with pytest.raises(Broken, match="this machine itself"):
            await http.get("http://cam-1.example/")
    assert inner.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1"])
async def test_what_was_registered_before_is_not_asked_either(host):
    async with camera_client(loopback=False) as http:
        with pytest.raises(Broken, match="this machine itself"):
            await http.get(f"http://{host}:9/")


async def test_a_name_that_nobody_knows_is_unreachable():
    async def resolve(_host):
        raise socket.gaierror("no such name")

    inner = CheckedAddresses(Answering(), loopback=False, resolve=resolve)
    async with httpx.AsyncClient(transport=inner) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://cam-1.example/")
