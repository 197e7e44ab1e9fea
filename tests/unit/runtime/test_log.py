"""Logs are one JSON object a line, for our own lines and for the libraries' alike."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from rasid.runtime.log import configure, get_logger

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What is logged from here on; everything is as it was afterwards."""
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    levels = {name: logging.getLogger(name).level for name in ("httpx", "aiokafka")}
    before = (root.handlers, root.level, access.disabled, structlog.get_config())
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    configure("info", "example")
    yield lambda: [json.loads(line) for line in err.getvalue().splitlines()]
    root.handlers, level, access.disabled, config = before
    root.setLevel(level)
    structlog.configure(**config)
    structlog.contextvars.clear_contextvars()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_line_says_what_where_when_and_with_which_facts(lines: Lines):
    get_logger("rasid.example").warning("an event became a dead letter", topic="rasid.detections.v1", offset=7)
    (line,) = lines()
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "an event became a dead letter",
        "level": "warning",
        "logger": "rasid.example",
        "service": "example",
        "topic": "rasid.detections.v1",
        "offset": 7,
    }


def test_a_librarys_line_has_the_same_shape(lines: Lines):
    logging.getLogger("some.library").warning("lost %s of %d", "one", 3)
    (line,) = lines()
    assert (line["event"], line["logger"], line["service"]) == ("lost one of 3", "some.library", "example")


@pytest.mark.expects_errors("a part failed")
def test_an_error_is_one_line_with_its_traceback_and_without_values(lines: Lines):
    secret = "sesame" + "-open"
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        get_logger("rasid.example").exception("a part failed")
    (line,) = lines()
    assert "RuntimeError: broken" in line["exception"]
    assert secret not in json.dumps(line)


def test_arabic_is_written_as_it_is(lines: Lines):
    get_logger("rasid.example").info("بدأ")
    assert lines()[0]["event"] == "بدأ"


def test_what_is_below_the_level_is_not_written(lines: Lines):
    get_logger("rasid.example").debug("detail")
    assert lines() == []


def test_requests_are_counted_and_not_logged(lines: Lines):
    logging.getLogger("uvicorn.access").info("GET /v1/alerts from 192.0.2.1")
    logging.getLogger("httpx").info("HTTP Request: GET")
    assert lines() == []


def test_a_client_that_repeats_itself_while_the_broker_is_away_is_not_heard(lines: Lines):
    logging.getLogger("aiokafka.conn").error("unable to connect")
    assert lines() == []


def test_a_token_in_an_address_is_in_no_line_whoever_writes_it(lines: Lines):
    token = "mfrggzdfmztwq2lk"
    access = logging.getLogger("uvicorn.access")
    access.disabled = False  # as somebody might who looks for a fault
    form = '%s - "%s %s HTTP/%s" %d'
    access.info(form, "192.0.2.1:4711", "POST", f"/v1/cameras/cam-1/events?channel=1&token={token}", "1.1", 200)
    access.info(form, "192.0.2.1:4711", "POST", f"/v1/cameras/cam-1/events/{token}", "1.1", 200)
    get_logger("rasid.example").warning(
        "odd", address=f"http://rasid/v1/cameras/cam-1/events/{token}", seen=[token[:4]]
    )
    get_logger("rasid.example").warning(
        "odd", headers={"referer": [f"/x?TOKEN={token}"]}, raw=f"token={token}".encode()
    )
    found = lines()
    assert len(found) == 4
    assert token not in json.dumps(found)
    assert "/v1/cameras/cam-1/events?channel=1&token=***" in found[0]["event"]
    assert found[2]["seen"] == ["mfrg"]
