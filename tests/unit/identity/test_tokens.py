"""Tokens that are believed, for how long, and under which keys."""

import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from rasid.errors import TemporarilyUnavailable
from rasid.identity.key_file import KeyFile
from rasid.identity.tokens import TokenRefused, TokenVerifier
from rasid.testing.clock import ManualClock
from rasid.testing.identity import AUDIENCE, ISSUER, Issuer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def issuer(tmp_path: Path, clock: ManualClock) -> Issuer:
    return Issuer(tmp_path, clock)


@pytest.fixture
def verifier(issuer: Issuer) -> TokenVerifier:
    return issuer.verifier()


def is_believed(verifier: TokenVerifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except TokenRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "alg"),
    [("Ed25519", "Ed25519"), ("Ed25519", "EdDSA"), ("P-256", "ES256"), ("RSA", "PS256")],
)
def test_each_algorithm_of_the_allow_list_is_believed(issuer: Issuer, kind: str, alg: str):
    issuer.add_key(kind, "other")
    token = issuer.token(kid="other", header={"alg": alg})
    assert issuer.verifier().verify(token).subject == "officer-1"


def test_a_key_labelled_with_either_name_of_ed25519_verifies_both(issuer: Issuer, clock: ManualClock):
    for label in ("EdDSA", "Ed25519"):
        public = issuer.keys["key-1"].as_dict(private=False)
        issuer.key_set.write_text(json.dumps({"keys": [public | {"alg": label}]}))
        verifier = TokenVerifier(KeyFile(issuer.key_set, clock), ISSUER, AUDIENCE, clock)
        assert is_believed(verifier, issuer.token(header={"alg": "EdDSA"}))
        assert is_believed(verifier, issuer.token(header={"alg": "Ed25519"}))


def test_the_caller_is_who_the_claims_say(issuer: Issuer, verifier: TokenVerifier):
    token = issuer.token(sub="officer.amal", agency="national-security", roles=["supervisor", "operator"])
    caller = verifier.verify(token)
    assert (caller.subject, caller.agency) == ("officer.amal", "national-security")
    assert caller.roles == ("supervisor", "operator")
    assert caller.amr == ("pwd", "otp", "mfa")
    assert (caller.expires_at - issuer.clock.now()).total_seconds() == 3600


def test_one_of_several_audiences_may_be_ours(issuer: Issuer, verifier: TokenVerifier):
    assert is_believed(verifier, issuer.token(aud=["account", AUDIENCE]))


def test_a_token_without_a_type_is_believed(issuer: Issuer, verifier: TokenVerifier):
    assert is_believed(verifier, issuer.token(header={"typ": None}))


@pytest.mark.parametrize("amr", [["mfa"], ["pwd", "otp"], ["pin", "hwk"], ["fpt", "sc"], ["pwd", "kba", "face"]])
def test_two_kinds_of_factors_are_enough(issuer: Issuer, verifier: TokenVerifier, amr: list[str]):
    assert is_believed(verifier, issuer.token(amr=amr))


def test_clocks_may_differ_by_thirty_seconds(issuer: Issuer, clock: ManualClock):
    now = int(clock.now().timestamp())
    assert is_believed(issuer.verifier(), issuer.token(exp=now - 29))
    assert is_believed(issuer.verifier(), issuer.token(nbf=now + 30, iat=now + 30))
    assert not is_believed(issuer.verifier(), issuer.token(exp=now - 30))
    assert not is_believed(issuer.verifier(), issuer.token(nbf=now + 31))
    assert not is_believed(issuer.verifier(), issuer.token(iat=now + 31))


def test_a_believed_token_ends_with_its_expiry(issuer: Issuer, verifier: TokenVerifier, clock: ManualClock):
    token = issuer.token(exp=int(clock.now().timestamp()) + 5)
    assert is_believed(verifier, token)
    clock.shift(34)
    assert is_believed(verifier, token)
    clock.shift(1)
    assert not is_believed(verifier, token)


def test_a_known_token_is_not_verified_again_for_thirty_seconds(
    issuer: Issuer, verifier: TokenVerifier, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
):
    token = issuer.token()
    verifier.verify(token)
    monkeypatch.setattr(verifier, "_key", lambda _: pytest.fail("verified again"))
    clock.shift(29)
    assert verifier.verify(token).subject == "officer-1"
    monkeypatch.undo()
    clock.shift(1)
    calls = []
    whole = verifier._key
    monkeypatch.setattr(verifier, "_key", lambda signature: calls.append(1) or whole(signature))
    verifier.verify(token)
    assert calls == [1]


def test_the_memory_of_tokens_is_bounded(issuer: Issuer, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rasid.identity.tokens.CACHE_TOKENS", 3)
    for number in range(10):
        verifier.verify(issuer.token(sub=f"officer-{number}"))
    assert len(verifier._believed) == 3


def test_a_refused_token_is_not_remembered(issuer: Issuer, verifier: TokenVerifier):
    for _ in range(3):
        assert not is_believed(verifier, issuer.token(iss="elsewhere"))
    assert not verifier._believed


def test_a_new_key_is_believed_without_a_restart(issuer: Issuer, verifier: TokenVerifier, clock: ManualClock):
    issuer.add_key("P-256", "next")
    token = issuer.token(kid="next", header={"alg": "ES256"})
    clock.shift(1)
    assert is_believed(verifier, token)


def test_a_withdrawn_key_ends_its_tokens_within_a_second(issuer: Issuer, verifier: TokenVerifier, clock: ManualClock):
    issuer.add_key("Ed25519", "next")
    token = issuer.token(kid="key-1")
    clock.shift(1)
    assert is_believed(verifier, token)
    issuer.withdraw_key("key-1")
    clock.shift(1)
    assert not is_believed(verifier, token)


def test_an_unusable_key_file_leaves_the_last_good_keys_and_is_reported_once(
    issuer: Issuer, verifier: TokenVerifier, clock: ManualClock
):
    token = issuer.token()
    issuer.key_set.write_text('{"keys": [')
    clock.shift(1)
    with capture_logs() as logs:
        assert is_believed(verifier, token)
        clock.shift(40)
        assert is_believed(verifier, token)
    assert [line["log_level"] for line in logs] == ["error"]
    issuer.key_set.unlink()
    clock.shift(1)
    with capture_logs():
        assert is_believed(verifier, token)
    issuer.publish()
    clock.shift(1)
    assert is_believed(verifier, token)


def test_keys_that_cannot_be_read_for_an_hour_count_no_longer(
    issuer: Issuer, verifier: TokenVerifier, clock: ManualClock
):
    issuer.key_set.write_text("{")
    clock.shift(1)
    with capture_logs():
        assert is_believed(verifier, issuer.token())
        clock.shift(3_599)
        assert is_believed(verifier, issuer.token())
        clock.shift(1)
        with pytest.raises(TemporarilyUnavailable) as told:
            verifier.verify(issuer.token())
    assert told.value.slug == "token-keys-unknown"
    issuer.publish()
    clock.shift(1)
    assert is_believed(verifier, issuer.token())


def test_the_issuer_s_word_for_two_factors_is_taken_only_where_it_was_agreed_upon(issuer: Issuer, clock: ManualClock):
    agreed = TokenVerifier(
        KeyFile(issuer.key_set, clock), ISSUER, AUDIENCE, clock, mfa_acr=frozenset({"urn:city:two-factors"})
    )
    token = issuer.token(amr=None, acr="urn:city:two-factors")
    assert agreed.verify(token).amr == ("acr:urn:city:two-factors",)
    assert agreed.verify(issuer.token(amr=["pwd"], acr="urn:city:two-factors")).amr == (
        "pwd",
        "acr:urn:city:two-factors",
    )
    assert not is_believed(issuer.verifier(), token)
    for acr in ("1", "", ["urn:city:two-factors"], None):
        assert not is_believed(agreed, issuer.token(amr=["pwd"], acr=acr))
    assert is_believed(agreed, issuer.token(acr="1"))


def test_a_machine_is_believed_where_machines_are_expected(issuer: Issuer, verifier: TokenVerifier):
    caller = verifier.verify(issuer.machine_token("rasid:clips.deliver", "openid"), machine=True)
    assert (caller.subject, caller.agency) == ("recorder-7", "police")
    assert caller.scopes == ("rasid:clips.deliver",)
    assert caller.roles == ()
    assert caller.is_machine


def test_a_machine_is_no_person_and_a_person_no_machine_also_when_the_token_is_known(
    issuer: Issuer, verifier: TokenVerifier
):
    machine, person = issuer.machine_token("rasid:clips.deliver"), issuer.token(scope="openid profile")
    for _ in range(2):
        with pytest.raises(TokenRefused):
            verifier.verify(machine)
        with pytest.raises(TokenRefused):
            verifier.verify(person, machine=True)
        verifier.verify(machine, machine=True)
        verifier.verify(person)


MACHINES = {
    "without a scope": ((), {}),
    "with scopes of others only": (("openid", "profile"), {}),
    "with a scope of ours that does not exist": (("rasid:everything",), {}),
    "with one that exists and one that does not": (("rasid:clips.deliver", "rasid:everything"), {}),
    "with scopes as a list": ((), {"scope": ["rasid:clips.deliver"]}),
    "with endless scopes": ((), {"scope": "rasid:clips.deliver " * 60}),
    "without its client": (("rasid:clips.deliver",), {"client_id": None}),
    "with a client that is a number": (("rasid:clips.deliver",), {"client_id": 7}),
    "without an agency": (("rasid:clips.deliver",), {"agency": None}),
    "with a person's roles": (("rasid:clips.deliver",), {"roles": ["investigator"]}),
    "with a person's factors": (("rasid:clips.deliver",), {"amr": ["pwd", "otp"]}),
    "with a person's class of login": (("rasid:clips.deliver",), {"acr": "2"}),
    "expired": (("rasid:clips.deliver",), {"exp": 1}),
    "of another issuer": (("rasid:clips.deliver",), {"iss": "elsewhere"}),
}


@pytest.mark.parametrize(("scopes", "changes"), MACHINES.values(), ids=MACHINES)
def test_a_machine_s_token_that_is_not_in_order_is_refused_as_either(
    issuer: Issuer, verifier: TokenVerifier, scopes: tuple[str, ...], changes: dict[str, Any]
):
    token = issuer.machine_token(*scopes, **changes)
    for machine in (True, False):
        with pytest.raises(TokenRefused) as told:
            verifier.verify(token, machine=machine)
        assert told.value.slug == "token-refused"


def test_an_oversized_token_is_refused_before_anything_of_it_is_read(
    verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("rasid.identity.tokens.jwt.decode", lambda *_, **__: pytest.fail("was read"))
    monkeypatch.setattr("rasid.identity.tokens.sha256", lambda _: pytest.fail("was read"))
    assert not is_believed(verifier, "a.a." + "a" * 8_189)
