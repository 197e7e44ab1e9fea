"""What becomes of a store's error codes."""

import pytest
from minio.error import S3Error

from rasid.errors import AlreadyThere, ConfigurationError, Full, Refused, Unavailable
from rasid.storage.objects import answers


def said(code):
    return S3Error(None, code, "its own words", "/bucket/key", "1", "2")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("XMinioStorageFull", Full, "no room left"),
        ("QuotaExceeded", Full, "no room left"),
        ("PreconditionFailed", AlreadyThere, "already there"),
        ("InvalidAccessKeyId", Unavailable, "check its keys"),
        ("AccessDenied", Unavailable, "what it may do"),
        ("SlowDownRead", Unavailable, "or the object is damaged"),
        ("SlowDownWrite", Unavailable, "or its disks are full"),
        ("InvalidRequest", Refused, "does not lock in this bucket"),
        ("SomethingNew", Unavailable, "SomethingNew"),
    ],
)
def test_an_answer_becomes_an_error_that_says_what_to_do(code, kind, words):
    error = answers.unavailable(said(code))
    assert type(error) is kind
    assert words in str(error)


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidRequest", "ObjectLocked", "NoSuchKey", "NoSuchVersion"])
def test_no_to_a_change_of_a_version_is_a_refusal_whatever_the_code(code):
    assert type(answers.refused(said(code), "delete a version")) is Refused


@pytest.mark.parametrize("code", ["SlowDownWrite", "InvalidAccessKeyId", "NoSuchBucket"])
def test_what_has_nothing_to_do_with_the_version_is_no_refusal_of_it(code):
    assert type(answers.refused(said(code), "delete a version")) is Unavailable


def test_at_the_start_a_refused_credential_is_for_the_administrator_to_mend():
    for code in answers.NOT_OURS:
        error = answers.misconfigured(said(code), "rasid-evidence")
        assert type(error) is ConfigurationError
        assert "RASID_OBJECTS_ACCESS_KEY" in error.fix
    assert type(answers.misconfigured(said("SlowDownRead"), "rasid-evidence")) is Unavailable


def test_nothing_the_store_says_in_its_own_words_is_passed_on():
    assert "its own words" not in str(answers.unavailable(said("SomethingNew")))
