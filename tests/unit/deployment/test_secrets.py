"""`rasid secrets`: made once, readable by their owner alone, never replaced."""

import json
import re
import stat
from pathlib import Path

import dotenv
import pytest
from click.testing import CliRunner

from rasid.identity.key_file import KeyFile
from rasid.identity.sealing import Sealer, open_sealed
from rasid.identity.tokens import TokenVerifier
from rasid.testing.clock import ManualClock
from tools.deployment.secrets_cli import SECRETS, make_secrets
from tools.keys import AUDIENCE, ISSUER, read_signing_key, sign

EXAMPLE = Path(__file__).parents[3] / "deploy" / ".env.example"
CLOCK = ManualClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".env.example").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def made(folder: Path) -> str:
    done = CliRunner().invoke(make_secrets, [str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_secret_is_made_and_none_is_said(folder: Path):
    said = made(folder)
    values = dotenv.dotenv_values(folder / ".env")
    for name in SECRETS:
        assert values[name], name
        assert name in said
        assert str(values[name]) not in said


def test_the_example_has_a_place_for_every_secret_and_no_value():
    values = dotenv.dotenv_values(EXAMPLE)
    assert {name: values[name] for name in SECRETS} == dict.fromkeys(SECRETS, "")


def test_only_the_owner_can_read_them(folder: Path):
    made(folder)
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert not list(folder.glob("*.draft"))


def test_a_file_that_others_could_read_is_closed(folder: Path):
    made(folder)
    (folder / ".env").chmod(0o644)
    assert "was readable by others" in made(folder)
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_a_second_time_nothing_is_replaced(folder: Path):
    made(folder)
    before = {path: path.read_bytes() for path in (folder / ".env", folder / "tokens" / "tokens.jwks.json")}
    assert "new in it: nothing" in made(folder)
    assert {path: path.read_bytes() for path in before} == before


def test_an_upgrade_adds_what_is_new(folder: Path):
    made(folder)
    path = folder / ".env"
    path.write_text(re.sub(r"RASID_MEDIA_KEY=.*\n", "", path.read_text()) + "MINE=stays\n")
    assert "new in it: RASID_MEDIA_KEY" in made(folder)
    values = dotenv.dotenv_values(path)
    assert values["MINE"] == "stays"
    assert re.fullmatch(r"[0-9a-f]{64}", values["RASID_MEDIA_KEY"] or "")


def test_oversight_s_key_is_made_beside_and_only_its_public_half_is_given_to_services(folder: Path):
    said = made(folder)
    path = folder / "oversight" / "oversight.key"
    private = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert str(path) in said
    assert private not in said + (folder / ".env").read_text()
    sealed = Sealer(str(dotenv.dotenv_values(folder / ".env")["RASID_SEAL_KEY"])).seal("a", "GET", "/", "", b"")
    assert open_sealed(private, "a", sealed)["path"] == "/"
    path.unlink()  # it belongs to oversight
    assert "new in it: nothing" in made(folder)
    assert not path.exists()


def test_a_providers_own_key_set_is_left_alone(folder: Path):
    (folder / "tokens").mkdir()
    (folder / "tokens" / "tokens.jwks.json").write_text('{"keys": []}')
    made(folder)
    assert (folder / "tokens" / "tokens.jwks.json").read_text() == '{"keys": []}'


def test_the_services_believe_the_tokens_and_are_given_no_private_key(folder: Path):
    made(folder)
    path = folder / "tokens" / "tokens.jwks.json"
    key = read_signing_key(dotenv.dotenv_values(folder / ".env")["RASID_SIGNING_KEY"] or "")
    token = sign(key, "officer.amal", "police", ["investigator"], lifetime_seconds=60, clock=CLOCK)
    assert TokenVerifier(KeyFile(path, CLOCK), ISSUER, AUDIENCE, CLOCK).verify(token).subject == "officer.amal"
    assert "d" not in json.loads(path.read_text())["keys"][0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644, "the services read it under a user of their own"


def test_a_folder_without_the_example_is_told_of(tmp_path: Path):
    done = CliRunner().invoke(make_secrets, [str(tmp_path)])
    assert done.exit_code == 1
    assert ".env.example" in done.output
