"""What `rasid doctor` says, and its exit code."""

import asyncio

import pytest
from click.testing import CliRunner

from rasid.errors import ConfigurationError, Unavailable
from tools.cli import main
from tools.deployment import doctor_cli
from tools.deployment.doctor import AWAY_FIX, Check, Finding, Where, checks, examine
from tools.deployment.service_indexes import SERVICES
from tools.engines.object_keys import Keys

WHERE = Where(kafka="k", brokers=1, mongo="mongodb://m", objects="http://o", keys={}, pictures="p", evidence="e")

KEYS = {"ingest": Keys("a", "b"), "archive": Keys("c", "d")}


def looks(found):
    async def look():
        if isinstance(found, Exception):
            raise found
        return found

    return Check("part", look)


async def test_a_fault_does_not_hide_what_is_right_or_wrong_elsewhere():
    wrong = ConfigurationError("it is green", "paint it")
    found = await examine([looks(wrong), looks("as it should be"), looks(Unavailable("Kafka", "no broker"))])
    assert found[0] == Finding("part", "it is green", "paint it")
    assert found[1] == Finding("part", "as it should be")
    assert found[2].fix == AWAY_FIX
    assert "no broker" in found[2].says


async def test_a_mistake_of_ours_is_no_finding():
    with pytest.raises(ZeroDivisionError):
        await examine([looks(ZeroDivisionError())])


def test_everything_a_service_begins_with_is_looked_at():
    titles = [check.title for check in checks(WHERE)]
    assert titles[:2] == ["Kafka", "MongoDB"]
    assert len(titles) == 2 + len(SERVICES)


def test_the_object_store_is_looked_at_with_a_credential_only():
    with_keys = Where(kafka="k", brokers=1, mongo="m", objects="o", keys=KEYS, pictures="p", evidence="e")
    assert [check.title for check in checks(with_keys)][-2:] == ["bucket p as ingest", "bucket e as archive"]


@pytest.mark.parametrize(("found", "code"), [("fine", 0), (ConfigurationError("it is green", "paint it"), 1)])
def test_the_exit_code_and_the_report_say_whether_anything_is_wrong(monkeypatch, found, code):
    monkeypatch.setattr(doctor_cli, "checks", lambda _where: [looks(found)])
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == code
    assert "object store: not looked at" in done.output
    if code:
        assert "WRONG  part: it is green\n       To mend it: paint it" in done.output
    else:
        assert "ok     part: fine" in done.output


async def test_all_are_looked_at_at_once():
    met = asyncio.Barrier(2)

    async def meet():
        await met.wait()
        return "met"

    async with asyncio.timeout(10):
        found = await examine([Check("one", meet), Check("two", meet)])
    assert [finding.says for finding in found] == ["met", "met"]
