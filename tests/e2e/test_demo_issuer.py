"""A token of the demo's issuer on all services as they run, through a rotation, and by the command that people use."""

import asyncio
import secrets

import pytest
from click.testing import CliRunner

from tests.support.each_service import answers
from tests.support.eventually import eventually
from tests.support.town import Town
from tools.cli import main
from tools.keys import rotate

pytestmark = pytest.mark.timeout(180)
# A key that no service knows counts ten seconds after it is seen first.
ROTATION_SECONDS = 30


async def open_case(town: Town) -> str:
    case_id = f"case-{secrets.token_hex(3)}"
    async with town.supervisor() as supervisor:
        await supervisor.open(case_id, "investigation", ["officer.amal"])
    return case_id


async def test_all_services_believe_the_issuer_and_go_on_when_its_key_is_another(town: Town):
    case_id = await open_case(town)

    async def all_answer() -> bool:
        people = [await town.platform.sign_in(name) for name in ("amal", "salim")]
        found = await answers(town.platform, case_id, *people)
        return all(answer.is_success for answer in found.values())

    await eventually(all_answer, 30, "every service believes the issuer and knows the case")
    pids = [service.pid for service in town.platform.services]
    before = [await town.platform.sign_in(name) for name in ("amal", "salim")]
    rotate(town.platform.data)
    refused = await answers(town.platform, case_id, *[await town.platform.sign_in(name) for name in ("amal", "salim")])
    assert {answer.status_code for answer in refused.values()} <= {200, 401}
    await eventually(all_answer, ROTATION_SECONDS, "every service has learned of the new key")
    assert all(answer.is_success for answer in (await answers(town.platform, case_id, *before)).values())
    assert [service.pid for service in town.platform.services] == pids


async def test_the_command_signs_in_and_its_token_counts(town: Town):
    arguments = ["token", "--as", "amal", "--data", str(town.platform.data)]
    done = await asyncio.to_thread(CliRunner(env={"RASID_SIGNING_KEY": None}).invoke, main, arguments)
    assert done.exit_code == 0, done.output
    case_id = await open_case(town)

    async def is_answered() -> bool:
        found = await answers(town.platform, case_id, done.output.strip(), await town.platform.sign_in("salim"))
        return all(answer.is_success for answer in found.values())

    await eventually(is_answered, 30, "every service answers")
