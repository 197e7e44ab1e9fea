"""The policy as files: found, checked before it counts, and denying whatever cannot be decided."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import cedarpy
import pytest
from click.testing import CliRunner

from rasid.contract.audit import Operation
from rasid.contract.tables import CaseKind
from rasid.errors import ConfigurationError
from rasid.identity import policy as deciding
from rasid.identity.asking import Question
from rasid.identity.claims import SCOPES, Caller
from rasid.identity.kinds import ROLES, SubjectKind
from rasid.identity.policy import UNDECIDABLE
from rasid.identity.policy_files import AGENCIES, SCHEMA, load_policy, shipped_folder
from rasid.testing.builders import case_state
from rasid.testing.clock import START
from rasid.testing.identity import POLICY
from tools.cli import main

OFFICER = Caller("officer-1", "police", ("investigator",), ("mfa",), START)


def question(**changes: Any) -> Question:
    asked = Question(
        caller=OFFICER,
        operation="consult",
        subject_kind="plate",
        case=case_state().data,
        purpose="stolen-vehicle",
        now=START,
    )
    return replace(asked, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_folder(), tmp_path / "policy"))


def test_the_policy_that_ships_is_found_without_a_setting():
    assert load_policy().version == POLICY.version
    assert (shipped_folder() / SCHEMA).is_file()
    assert POLICY.decide(question()).permit


def test_every_process_names_the_policy_alike():
    code = "from rasid.identity.policy_files import load_policy; print(load_policy().version)"
    other = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": "1"}, capture_output=True, check=True, text=True
    )
    assert other.stdout.strip() == POLICY.version


@pytest.mark.parametrize("name", ["1-limits.cedar", "2-staff.cedar", SCHEMA, AGENCIES])
def test_any_change_of_any_file_is_another_version(folder: Path, name: str):
    path = folder / name
    path.write_text(path.read_text() + "\n")
    assert load_policy(folder).version != POLICY.version


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("1-limits.cedar", "resource.asked_by ==", "resource.askedby =="),
        ("1-limits.cedar", 'Role::"administrator"', 'Role::"administrador"'),
        ("1-limits.cedar", 'Kind::"face"', 'Kind::"faces"'),
        ("1-limits.cedar", "resource has age_days && ", ""),
        ("1-limits.cedar", "resource.age_days > 90", 'resource.age_days > "90"'),
        ("2-staff.cedar", 'Action::"consult"', 'Action::"consults"'),
        ("2-staff.cedar", 'CaseKind::"missing_person"', 'CaseKind::"missing"'),
        ("2-staff.cedar", '@id("A6.staff-handle-alerts")', '@id("A1.staff-see-alerts")'),
        ("2-staff.cedar", '@id("A6.staff-handle-alerts")', ""),
        ("3-administration.cedar", '@says("Auditors of oversight read the audit log and statistics.")', ""),
        ("3-administration.cedar", "permit (", "permit ("[:-1]),
        (SCHEMA, "entity Case in", "entity Cases in"),
        (SCHEMA, "entity", "entidad"),
        (AGENCIES, '"is_operational": false', '"is_operational": "no"'),
        (AGENCIES, '"oversight"', '"Oversight"'),
        (AGENCIES, "{", ""),
    ],
)
def test_a_policy_that_does_not_hold_together_does_not_load(folder: Path, name: str, old: str, new: str):
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ConfigurationError) as told:
        load_policy(folder)
    assert "RASID_POLICY" in told.value.fix


@pytest.mark.parametrize("name", [SCHEMA, AGENCIES])
def test_a_folder_without_its_files_does_not_load(folder: Path, name: str):
    (folder / name).unlink()
    with pytest.raises(ConfigurationError):
        load_policy(folder)


def test_a_folder_without_a_sentence_does_not_load(folder: Path):
    for path in folder.glob("*.cedar"):
        path.unlink()
    with pytest.raises(ConfigurationError):
        load_policy(folder)


def test_what_cannot_be_evaluated_is_denied_also_where_only_a_limit_cannot(monkeypatch: pytest.MonkeyPatch):
    """Without the schema the limit would be skipped and the permission would win."""
    whole = deciding.entities_of

    def without_agency(*args: Any) -> list[dict[str, Any]]:
        entities = whole(*args)
        for entity in entities:
            entity["attrs"].pop("agency", None)
        return entities

    monkeypatch.setattr(deciding, "entities_of", without_agency)
    found = POLICY.decide(question())
    assert not found.permit
    assert found.reasons == (UNDECIDABLE,)


def test_an_error_beside_a_permission_denies():
    allowed = {"decision": "Allow", "diagnostics": {"reason": ["A1.x"], "errors": ["a limit failed"]}, "metrics": {}}
    found = POLICY._read(cedarpy.AuthzResult({**allowed, "correlation_id": None}))
    assert not found.permit
    assert found.reasons == ("A1.x", UNDECIDABLE)


@pytest.mark.parametrize(
    "changes",
    [
        {"operation": "look"},
        {"subject_kind": "everything"},
        {"case": case_state(kind="fishing").data},
        {"purpose": 5},
        {"caller": replace(OFFICER, agency=5)},
        {"caller": replace(OFFICER, scopes=("rasid:everything",))},
    ],
)
def test_words_that_the_schema_does_not_know_are_denied(changes: dict[str, Any]):
    found = POLICY.decide(question(**changes))
    assert not found.permit
    assert UNDECIDABLE in found.reasons


def test_the_schema_and_the_code_have_the_same_words():
    schema = (shipped_folder() / SCHEMA).read_text()

    def enumerated(name: str) -> set[str]:
        return set(json.loads(schema.split(f"entity {name} enum ")[1].split(";")[0]))

    assert enumerated("Role") == ROLES
    assert enumerated("Scope") == set(SCOPES)
    assert enumerated("CaseKind") == set(get_args(CaseKind))
    assert enumerated("Kind") == {*get_args(SubjectKind), "subject-data"}
    for operation in get_args(Operation):
        assert f'"{operation}"' in schema.split("\naction ")[1]


def test_the_command_prints_the_sentences_and_refuses_what_a_service_would_refuse(folder: Path):
    told = CliRunner().invoke(main, ["policy", str(folder)])
    assert told.exit_code == 0, told.output
    assert POLICY.version in told.output
    assert all(sentence in told.output for sentence in POLICY.sentences.values())
    (folder / "9-more.cedar").write_text("permit (principal, action, resource);")
    refused = CliRunner().invoke(main, ["policy", str(folder)])
    assert refused.exit_code == 1
    assert "@id" in refused.output
