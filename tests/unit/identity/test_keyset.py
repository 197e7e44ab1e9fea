"""The file of pinned keys: what is taken from it, and what it may not hold."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jwt import encode

from rasid.errors import ConfigurationError
from rasid.identity.key_file import load
from rasid.testing.identity import make_key


def public(kind: str = "Ed25519", name: str = "k", **changes: Any) -> dict[str, Any]:
    member = make_key(kind, name).as_dict(private=False) | changes
    return {one: value for one, value in member.items() if value is not None}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def loaded(file: Path, *members: Any) -> dict[str, frozenset[str]]:
    file.write_text(json.dumps({"keys": members}))
    return {kid: pinned.algorithms for kid, pinned in load(file).items()}


def test_each_key_verifies_the_algorithm_of_its_kind_only(file: Path):
    found = loaded(file, public("Ed25519", "a"), public("P-256", "b"), public("RSA", "c"))
    assert found == {"a": {"Ed25519", "EdDSA"}, "b": {"ES256"}, "c": {"PS256"}}


def test_keys_for_something_else_are_passed_over(file: Path):
    small = {"kty": "RSA", "kid": "small", "e": "AQAB", "n": "w" * 171}
    others = [
        public("P-256", "encrypts", use="enc"),
        public("P-256", "signs", key_ops=["sign"]),
        public("P-256", "odd", key_ops=5),
        public("RSA", "pkcs", alg="RS256"),
        public("P-256", "mislabelled", alg="PS256"),
        public("P-256", "unnamed", kid=None),
        public("P-256", "", kid=""),
        ECKey.generate_key("P-384", {"kid": "p384"}).as_dict(private=False),
        OKPKey.generate_key("X25519", {"kid": "x"}).as_dict(private=False),
        OKPKey.generate_key("Ed448", {"kid": "448"}).as_dict(private=False),
        {"kty": "AKP", "kid": "post-quantum", "alg": "ML-DSA-65", "pub": "AAAA"},
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "!"},
        {"kid": "no-kind"},
        small,
    ]
    assert set(loaded(file, public("Ed25519", "a"), *others)) == {"a"}


def test_a_key_may_be_labelled_with_its_use_and_algorithm(file: Path):
    members = [
        public("Ed25519", "a", use="sig", alg="EdDSA"),
        public("P-256", "b", key_ops=["verify"], alg="ES256"),
        public("RSA", "c", alg="PS256"),
    ]
    assert set(loaded(file, *members)) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "secret",
    [
        make_key("Ed25519", "s").as_dict(private=True),
        make_key("P-256", "s").as_dict(private=True),
        make_key("RSA", "s").as_dict(private=True),
        OctKey.generate_key(256, {"kid": "s"}).as_dict(private=True),
    ],
)
def test_a_file_with_a_secret_is_refused_and_the_secret_not_repeated(file: Path, secret: dict[str, Any]):
    with pytest.raises(ConfigurationError, match="private or a shared key") as told:
        loaded(file, public("Ed25519", "a"), secret)
    assert str(secret.get("d", secret.get("k"))) not in str(told.value)


def test_two_keys_of_one_name_are_refused(file: Path):
    with pytest.raises(ConfigurationError, match="same kid"):
        loaded(file, public("Ed25519", "a"), public("P-256", "a"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"keys": {}}',
        '{"keys": [1]}',
        '{"keys": []}',
        "\xff",
        "[" * 100_000,
        '{"keys": [' + " " * 300_000,
    ],
)
def test_what_is_no_key_set_is_refused_with_the_way_to_mend_it(file: Path, text: str):
    file.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigurationError) as told:
        load(file)
    assert "RASID_TOKEN_KEYS" in told.value.fix


def test_a_missing_file_is_refused(file: Path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(file)


def test_a_key_without_a_label_of_its_own_verifies_what_it_signs(file: Path):
    key = RSAKey.generate_key(2048, {"kid": "c", "alg": "PS256"})
    loaded(file, key.as_dict(private=False))
    assert load(file)["c"].key.kid == "c"
    assert encode({"alg": "PS256", "kid": "c"}, {"sub": "x"}, key, algorithms=["PS256"])
