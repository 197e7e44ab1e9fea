"""`rasid city` and `rasid token` with a deployment's own key."""

import json

import pytest
from click.testing import CliRunner, Result

from rasid.identity.key_file import KeyFile
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.clock import SystemClock
from tools.cli import main
from tools.keys import AUDIENCE, ISSUER, new_signing_key, public_key_set


def run(*arguments: str, key: str | None = None) -> Result:
    return CliRunner(env={"RASID_SIGNING_KEY": key}).invoke(main, [*arguments])


def test_without_a_key_the_city_says_which_variable_is_missing():
    done = run("city")
    assert done.exit_code == 2
    assert "RASID_SIGNING_KEY" in done.output


@pytest.mark.parametrize("command", ["city", "token"])
@pytest.mark.parametrize(
    "key", ["nonsense", "{}", "[]", json.dumps(public_key_set(new_signing_key())["keys"][0])], ids=range(4)
)
def test_what_is_no_private_key_is_refused_without_repeating_it(command: str, key: str):
    done = run(command, key=key)
    assert done.exit_code == 1
    assert "RASID_SIGNING_KEY is no private Ed25519 key" in done.output
    assert "rasid secrets" in done.output
    assert len(key) < 5 or key not in done.output


def test_a_token_of_the_deployments_key_is_believed_by_who_has_its_public_half(tmp_path):
    key = new_signing_key()
    path = tmp_path / "tokens.jwks.json"
    path.write_text(json.dumps(public_key_set(key)))
    done = run("token", "--as", "omar", key=json.dumps(key.as_dict(private=True)))
    assert done.exit_code == 0, done.output
    caller = TokenVerifier(KeyFile(path, SystemClock()), ISSUER, AUDIENCE, SystemClock()).verify(done.output.strip())
    assert (caller.subject, caller.agency, caller.roles) == ("officer.omar", "traffic", ("operator",))


@pytest.mark.parametrize(("arguments", "says"), [(["--data", "nowhere"], "never started"), (["--as", "king"], "king")])
def test_the_command_says_what_is_wrong(tmp_path, arguments, says, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("token", *arguments)
    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output
