from datetime import timedelta

import pytest

from rasid.testing.clock import START
from services.ingest.digest import LONGEST_HEADER, Nonces, challenges, ha1, parse

RFC_7616 = (
    'username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={algorithm}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}", '
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RFC_2617 = (
    'username="Mufasa",realm="testrealm@host.com",nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",uri="/dir/index.html",'
    'qop=auth,nc=00000001,cnonce="0a4f113b",response="6629fae49393a05397450978507c4ef1",opaque="5ccc069c"'
)
RFC_2069 = (
    'username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea", opaque="5ccc069c"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_answers_of_rfc_7616_are_right(algorithm, response):
    answer = parse(RFC_7616.format(algorithm=algorithm, response=response))
    known = ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life")
    assert answer.is_right(known, "GET")
    assert not answer.is_right(known, "POST")
    assert not answer.is_right(ha1(algorithm, "Mufasa", "http-auth@example.org", "circle of life"), "GET")


def test_the_answer_of_rfc_2617_is_right():
    assert parse(RFC_2617).is_right(ha1("MD5", "Mufasa", "testrealm@host.com", "Circle Of Life"), "GET")


def test_the_answer_without_qop_of_rfc_2069_is_right():
    answer = parse(RFC_2069)
    assert answer.qop is None
    assert answer.is_right(ha1("MD5", "Mufasa", "testrealm@host.com", "CircleOfLife"), "GET")


def test_an_answer_in_capitals_is_right():
    loud = RFC_2617.replace("6629fae49393a05397450978507c4ef1", "6629FAE49393A05397450978507C4EF1")
    assert parse(loud).is_right(ha1("MD5", "Mufasa", "testrealm@host.com", "Circle Of Life"), "GET")


def test_quoted_and_unquoted_parameters_in_any_order_are_read():
    answer = parse(
        'qop="auth" , NC=00000001,algorithm="md5",cnonce=abc,username="a\\"b",realm=r,nonce=n,uri="/x?a=1,2",response=0'
    )
    assert answer.username == 'a"b'
    assert answer.uri == "/x?a=1,2"
    assert answer.algorithm == "MD5"


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "nonsense",
        RFC_2617.replace('realm="testrealm@host.com",', ""),
        RFC_2617.replace("qop=auth,", "qop=auth-int,"),
        RFC_2617.replace("nc=00000001,", ""),
        RFC_2617 + ', username="Scar"',
        RFC_2617 + ",algorithm=MD5-sess",
        RFC_2617 + ",algorithm=SHA-512-256",
        RFC_2617 + ' "loose',
        RFC_2617 + "," + "x" * LONGEST_HEADER,
    ],
)
def test_what_was_not_asked_for_is_no_answer(parameters):
    assert parse(parameters) is None


def test_a_nonce_is_known_by_every_process_with_the_secret():
    nonce = Nonces(b"secret", 300).new(START)
    other = Nonces(b"secret", 300)
    assert other.is_ours(nonce)
    assert other.is_fresh(nonce, START + timedelta(seconds=299))
    assert not other.is_fresh(nonce, START + timedelta(seconds=301))
    assert other.is_fresh(nonce, START - timedelta(seconds=30))
    assert not other.is_fresh(nonce, START - timedelta(seconds=61))


@pytest.mark.parametrize(
    "change", [lambda n: n[:-1] + "0", lambda n: "f" + n, lambda n: "", lambda n: "-", lambda n: n + "é"]
)
def test_a_nonce_that_was_altered_is_not_ours(change):
    nonces = Nonces(b"secret", 300)
    nonce = nonces.new(START)
    altered = change(nonce)
    assert altered == nonce or not nonces.is_ours(altered)
    assert not Nonces(b"other", 300).is_ours(nonce)


def test_every_challenge_is_a_header_of_its_own_and_digest_with_md5_comes_first():
    md5, sha256, basic = challenges("rasid", "n-1", stale=True)
    assert md5 == 'Digest realm="rasid", qop="auth", algorithm=MD5, nonce="n-1", stale=true'
    assert "algorithm=SHA-256" in sha256
    assert basic == 'Basic realm="rasid", charset="UTF-8"'
    assert all("stale" not in challenge for challenge in challenges("rasid", "n-1"))
