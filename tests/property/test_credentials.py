from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rasid.testing.clock import START
from services.ingest.credentials import KEPT, REALM, new_credential, rotated
from services.ingest.digest import DigestAnswer, Nonces, ha1, parse, response

TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=40)
TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"\\'), min_size=1, max_size=40)


def sha256_of(user, password):
    return ha1("SHA-256", user, REALM, password)


@given(TEXTS, TEXTS, TEXTS)
def test_a_credential_knows_its_password_and_no_other(user, password, other):
    credential = new_credential(user, password, START)
    assert credential.knows(sha256_of(user, password))
    assert credential.knows(sha256_of(user, other)) == (other == password)
    assert password not in (credential.md5, credential.sha256)


@given(
    user=TOKENS,
    nonce=TOKENS,
    uri=TOKENS,
    client_nonce=TOKENS,
    password=TOKENS,
    algorithm=st.sampled_from(["MD5", "SHA-256"]),
    qop=st.sampled_from([None, "auth"]),
)
def test_a_right_answer_survives_its_way_through_a_header(*, user, nonce, uri, client_nonce, password, algorithm, qop):
    credential = new_credential(user, password, START)
    count = "00000001" if qop else ""
    draft = DigestAnswer(user, REALM, nonce, uri, "", algorithm, qop, count, client_nonce if qop else "")
    known = credential.md5 if algorithm == "MD5" else credential.sha256
    fields = [
        *(f'username="{user}"', f'realm="{REALM}"', f'nonce="{nonce}"', f'uri="{uri}"', f"algorithm={algorithm}"),
        f'response="{response(draft, known, "POST")}"',
        *((f"qop={qop}", f"nc={count}", f'cnonce="{client_nonce}"') if qop else ()),
    ]
    answer = parse(", ".join(fields))
    assert credential.answers(answer, "POST")
    assert not credential.answers(answer, "PUT")


@given(st.text(max_size=300))
def test_hostile_headers_are_answers_or_none(text):
    parse(text)
    nonces = Nonces(b"secret", 300)
    if nonces.is_ours(text):
        assert nonces.is_fresh(text, START) in (True, False)


@given(st.lists(st.tuples(st.floats(0, 10_000), st.floats(0, 2_000)), min_size=1, max_size=6))
def test_at_any_time_the_newest_password_works_and_at_most_one_before_it_for_its_overlap(steps):
    held, now, issued = (), START, []
    for wait_seconds, overlap_seconds in steps:
        now += timedelta(seconds=wait_seconds)
        password = f"password-{len(issued)}"
        held = rotated(held, new_credential("cam", password, now), overlap_seconds=overlap_seconds)
        issued.append((password, now + timedelta(seconds=overlap_seconds)))
        assert len(held) <= KEPT
        assert held[0].knows(sha256_of("cam", password))
        assert held[0].is_valid(now)
        for former in held[1:]:
            assert former.knows(sha256_of("cam", issued[-2][0]))
            assert not former.is_valid(now + timedelta(seconds=overlap_seconds))
