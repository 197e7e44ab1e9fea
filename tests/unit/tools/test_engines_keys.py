"""The credentials of an object store's engine."""

import json
import stat

import pytest

from rasid.contract.buckets import GRANTS
from tools.engines.errors import EngineError
from tools.engines.object_keys import ADMIN, ObjectKeys


@pytest.fixture
def file(tmp_path):
    return tmp_path / "s3.json"


def identities(file):
    return {one["name"]: one for one in json.loads(file.read_bytes())["identities"]}


def test_each_process_has_its_own_for_its_owner_only_and_one_alone_may_bypass_a_lock(file):
    keys = ObjectKeys(file, "S3")
    keys.ensure()
    made = [keys.of(name) for name in (ADMIN, *GRANTS)]
    assert len({one.secret_key for one in made}) == len(GRANTS) + 1
    assert all(len(one.secret_key) >= 40 for one in made)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    may = {name: one["actions"] for name, one in identities(file).items()}
    assert [name for name, actions in may.items() if any(one.startswith("Bypass") for one in actions)] == ["eraser"]
    assert [name for name, actions in may.items() if "Admin" in actions] == [ADMIN]


def test_each_has_its_rights_in_the_buckets_it_needs_alone(file):
    ObjectKeys(file, "S3").ensure()
    of = {name: {action.partition(":")[2] for action in one["actions"]} for name, one in identities(file).items()}
    assert of["ingest"] == of["search"] == {"rasid-pictures"}
    assert of["archive"] == {"rasid-evidence"}
    assert of["eraser"] == {"rasid-pictures", "rasid-evidence", "rasid-evidence/eraser-proof/*"}


def test_a_folder_of_before_keeps_its_keys_and_loses_what_all_services_shared(file):
    def before(name, *actions):
        return {"name": name, "credentials": [{"accessKey": f"old-{name}", "secretKey": "secret"}], "actions": actions}

    old = [before("rasid", "Admin"), before("application", "Read", "Write"), before("eraser", "Write")]
    file.write_text(json.dumps({"identities": old}))
    keys = ObjectKeys(file, "S3")
    keys.ensure()
    assert keys.of("rasid") == ("old-rasid", "secret")
    assert keys.of("eraser") == ("old-eraser", "secret")
    assert "application" not in identities(file)
    assert "Write" not in identities(file)["eraser"]["actions"], "it was so in every bucket"
    unchanged = file.read_bytes()
    keys.ensure()
    assert file.read_bytes() == unchanged


def test_asked_before_the_first_start_it_says_so(file):
    with pytest.raises(EngineError, match="never started"):
        ObjectKeys(file, "S3").of("rasid")
