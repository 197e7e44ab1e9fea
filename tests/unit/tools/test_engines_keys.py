"""The credentials of an object store's engine."""

import json
import stat

import pytest

from tools.engines.errors import EngineError
from tools.engines.object_keys import ACTIONS, ObjectKeys


@pytest.fixture
def file(tmp_path):
    return tmp_path / "s3.json"


def test_there_are_three_for_their_owner_only_and_only_one_may_bypass_a_lock_without_being_administrator(file):
    keys = ObjectKeys(file, "S3")
    keys.ensure()
    made = [keys.of(name) for name in ACTIONS]
    assert len({one.secret_key for one in made}) == len(ACTIONS) == 3
    assert all(len(one.secret_key) >= 40 for one in made)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [name for name, actions in ACTIONS.items() if "BypassGovernanceRetention" in actions] == ["eraser"]
    assert "Admin" not in (*ACTIONS["application"], *ACTIONS["eraser"])


def test_a_folder_with_the_one_key_of_before_keeps_it_and_gets_the_others(file):
    old = {"name": "rasid", "credentials": [{"accessKey": "old", "secretKey": "secret"}], "actions": ["Admin"]}
    file.write_text(json.dumps({"identities": [old]}))
    keys = ObjectKeys(file, "S3")
    keys.ensure()
    assert keys.of("rasid") == ("old", "secret")
    assert keys.of("eraser").access_key.startswith("eraser-")
    before = file.read_bytes()
    keys.ensure()
    assert file.read_bytes() == before


def test_asked_before_the_first_start_it_says_so(file):
    with pytest.raises(EngineError, match="never started"):
        ObjectKeys(file, "S3").of("rasid")
