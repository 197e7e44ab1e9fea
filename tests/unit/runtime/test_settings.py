"""Settings come from the environment, and a wrong one is named with how to mend it."""

import os

import pytest
from pydantic import Field, SecretStr, ValidationError

from rasid.errors import ConfigurationError
from rasid.runtime.settings import ServiceSettings, load
from rasid.service.connections import kafka_login
from rasid.stream.login import Login

COMPLETE = {
    "RASID_PORT": "8899",
    "RASID_DATABASE": "example",
    "RASID_TOKEN_KEYS": "keys.json",
    "RASID_PSEUDONYM_KEY": "5e" * 32,
    "RASID_SEAL_KEY": "5f" * 32,
}


class ExampleSettings(ServiceSettings):
    """A service of its own."""

    port: int = Field(8899, title="Listen port", ge=0, le=65535)
    window_seconds: float = Field(120.0, title="Window", gt=0)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in list(os.environ):
        if name.startswith("RASID_"):
            monkeypatch.delenv(name)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_environment_is_read(environment: pytest.MonkeyPatch):
    environment.setenv("RASID_WINDOW_SECONDS", "60")
    environment.setenv("RASID_KAFKA", "one:9092,two:9092")
    environment.setenv("RASID_KAFKA_USER", "rasid-example")
    environment.setenv("RASID_KAFKA_PASSWORD", "guess-me")
    settings = load(ExampleSettings)
    assert (settings.window_seconds, settings.kafka) == (60.0, "one:9092,two:9092")
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize("given", ["RASID_KAFKA_USER", "RASID_KAFKA_PASSWORD"])
def test_a_user_without_a_password_is_none(environment: pytest.MonkeyPatch, given: str):
    environment.setenv(given, "rasid-example")
    with pytest.raises(ConfigurationError, match="RASID_KAFKA_PASSWORD"):
        load(ExampleSettings)


def test_a_kafka_that_asks_nobody_is_known_by_no_user(environment: pytest.MonkeyPatch):
    assert kafka_login(load(ExampleSettings)) is None
    environment.setenv("RASID_KAFKA_USER", "rasid-example")
    environment.setenv("RASID_KAFKA_PASSWORD", "guess-me")
    login = kafka_login(load(ExampleSettings))
    assert login == Login("rasid-example", "guess-me")
    assert "guess-me" not in repr(login)


@pytest.mark.parametrize("kafka", ["kafka:9092", "127.0.0.1:9092,10.0.0.7:9092", "127.0.0.1.example:9092", ""])
def test_without_a_user_kafka_is_on_this_machine_alone(environment: pytest.MonkeyPatch, kafka: str):
    environment.setenv("RASID_KAFKA", kafka)
    with pytest.raises(ConfigurationError, match="RASID_KAFKA_PASSWORD"):
        load(ExampleSettings)


@pytest.mark.parametrize("kafka", ["127.0.0.1:9092", "localhost:9092,[::1]:9093"])
def test_the_demos_kafka_needs_no_user(environment: pytest.MonkeyPatch, kafka: str):
    environment.setenv("RASID_KAFKA", kafka)
    assert load(ExampleSettings).kafka == kafka


@pytest.mark.parametrize("proxies", ["*", "0.0.0.0/0", "::/0", "192.0.2.1,", "proxy.example", "192.0.2.1/24"])
def test_a_proxy_that_is_believed_is_named_by_its_address(environment: pytest.MonkeyPatch, proxies: str):
    environment.setenv("RASID_PROXIES", proxies)
    with pytest.raises(ConfigurationError, match="RASID_PROXIES"):
        load(ExampleSettings)


@pytest.mark.parametrize("proxies", ["", " ", "192.0.2.1", "192.0.2.0/24, 2001:db8::7"])
def test_several_proxies_may_be_believed(environment: pytest.MonkeyPatch, proxies: str):
    environment.setenv("RASID_PROXIES", proxies)
    assert load(ExampleSettings).proxies == proxies


def test_variables_of_other_services_are_passed_over(environment: pytest.MonkeyPatch):
    environment.setenv("RASID_SOMETHING_ELSE", "1")
    load(ExampleSettings)


def test_every_variable_that_is_wrong_or_missing_is_named(environment: pytest.MonkeyPatch):
    environment.delenv("RASID_DATABASE")
    environment.setenv("RASID_PORT", "70000")
    environment.setenv("RASID_WINDOW_SECONDS", "soon")
    with pytest.raises(ConfigurationError) as raised:
        load(ExampleSettings)
    for name in ("RASID_DATABASE", "RASID_PORT", "RASID_WINDOW_SECONDS"):
        assert name in raised.value.problem
    assert raised.value.fix


def test_a_wrong_secret_is_not_repeated(environment: pytest.MonkeyPatch):
    environment.setenv("RASID_PSEUDONYM_KEY", "sesame")
    with pytest.raises(ConfigurationError) as raised:
        load(ExampleSettings)
    assert "RASID_PSEUDONYM_KEY" in str(raised.value)
    assert "sesame" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_no_secret_is_in_what_settings_say_of_themselves(environment: pytest.MonkeyPatch):
    environment.setenv("RASID_MONGO", "mongodb://user:sesame@db:27017")
    settings = load(ExampleSettings)
    assert "sesame" not in repr(settings)
    assert COMPLETE["RASID_PSEUDONYM_KEY"] not in repr(settings)
    assert settings.mongo == SecretStr("mongodb://user:sesame@db:27017")


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        load(ExampleSettings).kafka = "other:9092"


@pytest.mark.parametrize("name", sorted(ServiceSettings.model_fields))
def test_every_setting_has_a_title_and_a_description(name: str):
    field = ServiceSettings.model_fields[name]
    assert field.title
    assert field.description
