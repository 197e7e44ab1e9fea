"""The demo's keys."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rasid.errors import ConfigurationError
from rasid.identity.claims import ClaimRefused
from rasid.identity.key_file import KeyFile
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.tokens import TokenRefused, TokenVerifier
from rasid.testing.clock import ManualClock
from tools.keys import AUDIENCE, ISSUER, Keys, ensure_keys, issue, rotate

CLOCK = ManualClock()


def verifier(keys: Keys) -> TokenVerifier:
    return TokenVerifier(KeyFile(keys.key_set, CLOCK), ISSUER, AUDIENCE, CLOCK)


def test_the_first_start_makes_keys_that_work(tmp_path: Path):
    keys = ensure_keys(tmp_path / "data")
    signed = issue(keys, "officer.amal", "police", ["investigator"], lifetime_seconds=60, clock=CLOCK)
    assert verifier(keys).verify(signed).subject == "officer.amal"
    assert Pseudonyms(keys.pseudonym_key)


def test_a_later_start_continues_with_them(tmp_path: Path):
    first, second = ensure_keys(tmp_path), ensure_keys(tmp_path)
    assert first.pseudonym_key == second.pseudonym_key
    signed = issue(first, "officer.amal", "police", ["operator"], lifetime_seconds=60, clock=CLOCK)
    assert verifier(second).verify(signed)


def test_processes_that_start_together_get_the_same_keys(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ensure_keys(tmp_path), range(16)))
    assert len({keys.pseudonym_key for keys in found}) == 1
    assert len({keys.signing_key.kid for keys in found}) == 1
    assert json.loads(found[0].key_set.read_text())["keys"][0]["kid"] == found[0].signing_key.kid


@pytest.mark.parametrize("missing", ["tokens.jwks.json", "pseudonym.key", "nonce.key"])
def test_what_a_crash_left_out_is_made_and_the_rest_stays(tmp_path: Path, missing: str):
    before = ensure_keys(tmp_path)
    (tmp_path / "keys" / missing).unlink()
    (tmp_path / "keys" / f".{missing}.draft").write_text("half")
    after = ensure_keys(tmp_path)
    assert after.signing_key.kid == before.signing_key.kid
    signed = issue(before, "officer.amal", "police", ["operator"], lifetime_seconds=60, clock=CLOCK)
    assert verifier(after).verify(signed)


def test_secrets_are_for_the_owner_only_and_the_key_set_holds_none(tmp_path: Path):
    keys = ensure_keys(tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes["signing.jwk.json"] == modes["pseudonym.key"] == modes["nonce.key"] == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    (public,) = json.loads(keys.key_set.read_text())["keys"]
    assert "d" not in public
    assert keys.pseudonym_key not in repr(keys)
    assert not [path for path in (tmp_path / "keys").iterdir() if path.suffix == ".draft"]


def test_a_token_of_another_folder_is_refused(tmp_path: Path):
    ours, theirs = ensure_keys(tmp_path / "a"), ensure_keys(tmp_path / "b")
    with pytest.raises(TokenRefused):
        verifier(ours).verify(issue(theirs, "x", "police", ["operator"], lifetime_seconds=60, clock=CLOCK))


def test_nothing_is_signed_that_no_service_would_believe(tmp_path: Path):
    keys = ensure_keys(tmp_path)
    with pytest.raises(ClaimRefused, match="amr"):
        issue(keys, "officer.amal", "police", ["operator"], lifetime_seconds=60, clock=CLOCK, amr=("pwd",))
    with pytest.raises(ClaimRefused, match="sub"):
        issue(keys, "أمل", "police", ["operator"], lifetime_seconds=60, clock=CLOCK)


def test_a_broken_key_is_reported_and_not_replaced(tmp_path: Path):
    ensure_keys(tmp_path)
    (tmp_path / "keys" / "signing.jwk.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="keys"):
        ensure_keys(tmp_path)


def test_a_rotated_key_signs_and_the_one_before_still_counts_until_the_next(tmp_path: Path):
    tokens = []
    for _ in range(3):
        signed = issue(ensure_keys(tmp_path), "officer.amal", "police", ["operator"], lifetime_seconds=60, clock=CLOCK)
        tokens.append(signed)
        rotate(tmp_path)
    keys = ensure_keys(tmp_path)
    tokens.append(issue(keys, "officer.amal", "police", ["operator"], lifetime_seconds=60, clock=CLOCK))
    kids = [one["kid"] for one in json.loads(keys.key_set.read_text())["keys"]]
    assert kids[0] == keys.signing_key.kid
    assert len(set(kids)) == 2
    for old in tokens[:2]:
        with pytest.raises(TokenRefused):
            verifier(keys).verify(old)
    for counts in tokens[2:]:
        assert verifier(keys).verify(counts).subject == "officer.amal"


def test_there_is_nothing_to_rotate_without_keys(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="no keys"):
        rotate(tmp_path)
