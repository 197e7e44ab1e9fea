"""The demo's issuer: who gets a token of it and who does not, in process and with the real verifier."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from rasid.errors import ConfigurationError, Unavailable
from rasid.identity.issuer_keys import IssuerKeys
from rasid.identity.tokens import TokenRefused, TokenVerifier
from rasid.runtime.health import Readiness
from rasid.runtime.ids import RandomIds
from rasid.testing.clock import ManualClock
from rasid.testing.identity import base64url, encode_hmac
from tests.support.eventually import eventually
from tools.demo.signing_in import RETURN, NotSignedIn, sign_in
from tools.issuer.app import create_app
from tools.issuer.codes import challenge_of
from tools.issuer.people import PEOPLE, RECORDER
from tools.keys import AUDIENCE, ensure_keys, load_keys, rotate

ADDRESS = "http://127.0.0.1:8809"
VERIFIER = "v" * 43
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Bench:
    """An issuer on keys of its own, and a client of it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.clock = ManualClock()
        ensure_keys(data)
        self.transport = httpx.ASGITransport(create_app(ADDRESS, data, self.clock, RandomIds()))
        self.client = httpx.AsyncClient(transport=self.transport, base_url=ADDRESS)
        self.readiness = Readiness()
        keys = IssuerKeys(
            ADDRESS, self.clock, self.readiness, refresh_seconds=60, stale_seconds=600, transport=self.transport
        )
        self.verifier = TokenVerifier(keys, ADDRESS, AUDIENCE, self.clock)

    def asked(self, **changes: str | None) -> dict[str, str]:
        fields = {
            "response_type": "code",
            "client_id": "rasid",
            "redirect_uri": RETURN,
            "state": "s1",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (fields | changes).items() if value is not None}

    async def code(self, name: str = "amal", **changes: str | None) -> str:
        answer = await self.client.post("/authorize", data=self.asked(**changes) | {"person": name})
        return sent_back(answer)["code"]

    async def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": "rasid",
            "redirect_uri": RETURN,
            "code_verifier": VERIFIER,
        }
        kept = {name: value for name, value in (fields | changes).items() if value is not None}
        return await self.client.post("/token", data=kept)

    async def pass_(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.clock.advance(1)
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def believed(self) -> AsyncIterator[None]:
        """With a service's verifier that reads the issuer's keys by itself."""
        task = asyncio.create_task(self.verifier.run())
        try:
            await eventually(lambda: not self.readiness.waiting)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    async with bench.client:
        yield bench


def sent_back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    where = urlsplit(answer.headers["Location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == RETURN
    said = dict(parse_qsl(where.query))
    assert said["iss"] == ADDRESS
    return said


@pytest.mark.parametrize("name", PEOPLE)
async def test_each_of_the_demos_people_signs_in_and_is_believed(bench: Bench, name: str):
    async with bench.believed():
        caller = bench.verifier.verify(await sign_in(ADDRESS, name, transport=bench.transport))
    person = PEOPLE[name]
    assert (caller.subject, caller.agency, caller.roles) == (person.subject, person.agency, person.roles)
    assert "mfa" in caller.amr


async def test_the_recorder_proves_itself_and_is_believed_as_a_machine(bench: Bench):
    secret = load_keys(bench.data).recorder_key
    asked = {"grant_type": "client_credentials"}
    in_form = asked | {"client_id": RECORDER.client_id, "client_secret": secret}
    answers = [
        await bench.client.post("/token", data=asked, auth=(RECORDER.client_id, secret)),
        await bench.client.post("/token", data=in_form),
        await bench.client.post("/token", data=in_form | {"scope": "rasid:clips.deliver"}),
    ]
    async with bench.believed():
        for answer in answers:
            caller = bench.verifier.verify(answer.json()["access_token"], machine=True)
            assert (caller.subject, caller.scopes) == (RECORDER.client_id, RECORDER.scopes)
            with pytest.raises(TokenRefused):
                bench.verifier.verify(answer.json()["access_token"])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "another"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_secret": "é"}, "invalid_client"),
        ({"client_id": "somebody"}, "invalid_client"),
        ({"scope": "rasid:everything"}, "invalid_scope"),
        ({"scope": "rasid:clips.deliver rasid:everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange"}, "unsupported_grant_type"),
    ],
)
async def test_a_machine_gets_nothing_that_is_not_its_own(bench: Bench, changes: dict[str, str], error: str):
    secret = load_keys(bench.data).recorder_key
    form = {"grant_type": "client_credentials", "client_id": RECORDER.client_id, "client_secret": secret}
    answer = await bench.client.post("/token", data=form | changes)
    assert (answer.status_code, answer.json()["error"]) == (401 if error == "invalid_client" else 400, error)
    assert "access_token" not in answer.text
    assert secret not in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": None},
        {"code_verifier": ""},
        {"code_verifier": "v" * 42},
        {"code_verifier": "v" * 129},
        {"code_verifier": challenge_of(VERIFIER)},
        {"code_verifier": "é" * 43},
        {"client_id": "another"},
        {"redirect_uri": "http://127.0.0.1/elsewhere"},
        {"redirect_uri": None},
    ],
    ids=repr,
)
async def test_who_did_not_ask_for_a_code_gets_nothing_for_it_and_ends_it(bench: Bench, changes: dict[str, str | None]):
    code = await bench.code()
    answer = await bench.redeem(code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    again = await bench.redeem(code)
    assert again.json()["error"] == "invalid_grant"


async def test_a_code_is_used_once_and_within_a_minute(bench: Bench):
    code = await bench.code()
    await bench.clock.advance(59)
    assert (await bench.redeem(code)).status_code == 200
    assert (await bench.redeem(code)).json()["error"] == "invalid_grant"
    late = await bench.code()
    await bench.clock.advance(60)
    assert (await bench.redeem(late)).json()["error"] == "invalid_grant"
    assert (await bench.redeem("never-given")).json()["error"] == "invalid_grant"


async def test_two_codes_at_once_are_not_confused(bench: Bench):
    codes = [await bench.code(name) for name in ("amal", "nadia")]
    tokens = [(await bench.redeem(code)).json()["access_token"] for code in reversed(codes)]
    async with bench.believed():
        assert [bench.verifier.verify(token).subject for token in tokens] == ["auditor.nadia", "officer.amal"]


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge": ""},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "plain", "code_challenge": VERIFIER},
        {"code_challenge_method": "s256"},
        {"code_challenge": "x" * 42},
        {"code_challenge": "x" * 44},
        {"code_challenge": challenge_of(VERIFIER) + "\n"},
    ],
    ids=repr,
)
async def test_without_pkce_there_is_no_code(bench: Bench, changes: dict[str, str | None]):
    asked = bench.asked(**changes)
    for answer in (
        await bench.client.get("/authorize", params=asked),
        await bench.client.post("/authorize", data=asked | {"person": "amal"}),
    ):
        said = sent_back(answer)
        assert (said["error"], said["state"]) == ("invalid_request", "s1")
        assert "code" not in said


@pytest.mark.parametrize(
    "address",
    [
        "https://attacker.example/",
        "http://attacker.example/",
        "http://127.0.0.1.attacker.example/",
        "http://127.0.0.1@attacker.example/",
        "http://attacker.example\\@127.0.0.1/",
        "http://127.0.0.1\\.attacker.example/",
        "http://localhost.attacker.example/",
        "http://10.0.0.7/",
        "http://0.0.0.0/",
        "http://[::ffff:10.0.0.7]/",
        "https://127.0.0.1/",
        "javascript:alert(1)",
        "//attacker.example/",
        "http:attacker.example",
        "http://127.0.0.1/#fragment",
        "http://127.0.0.1/\r\nSet-Cookie: a=b",
        "\thttp://attacker.example/",
        "",
        None,
    ],
    ids=repr,
)
async def test_nobody_is_sent_anywhere_but_to_this_machine(bench: Bench, address: str | None):
    asked = bench.asked(redirect_uri=address)
    for answer in (
        await bench.client.get("/authorize", params=asked),
        await bench.client.post("/authorize", data=asked | {"person": "amal"}),
    ):
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert answer.json()["type"].endswith("redirect-refused")


async def test_this_machine_has_several_names_and_a_query_of_ones_own_stays(bench: Bench):
    for address in ("http://127.0.0.1:4321/back", "http://localhost:1/", "http://[::1]:9/", "http://127.0.0.1/?a=b"):
        answer = await bench.client.post("/authorize", data=bench.asked(redirect_uri=address) | {"person": "amal"})
        where = answer.headers["Location"]
        assert where.startswith(address)
        assert where.count("?") == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "another"}, 400),
        ({"client_id": None}, 400),
        ({"response_type": "token"}, 303),
        ({"response_type": "code id_token"}, 303),
    ],
)
async def test_what_it_does_not_do_it_refuses(bench: Bench, changes: dict[str, str | None], status: int):
    answer = await bench.client.get("/authorize", params=bench.asked(**changes))
    assert answer.status_code == status
    assert "code=" not in answer.headers.get("Location", "")


async def test_nobody_whom_the_demo_does_not_know_signs_in(bench: Bench):
    for name in ("", "king", "AMAL", "officer.amal"):
        answer = await bench.client.post("/authorize", data=bench.asked() | {"person": name})
        assert sent_back(answer)["error"] == "access_denied"
    with pytest.raises(NotSignedIn, match="The demo knows"):
        await sign_in(ADDRESS, "king", transport=bench.transport)


@pytest.mark.parametrize(
    "body",
    [
        "grant_type=authorization_code&grant_type=client_credentials",
        "&".join(f"a{number}=1" for number in range(40)),
        "code=" + "x" * 3_000,
        "%ff=%ff",
        "",
    ],
)
async def test_a_form_that_can_be_read_in_two_ways_is_not_read(bench: Bench, body: str):
    answer = await bench.client.post("/token", content=body, headers=FORM)
    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_request", "unsupported_grant_type"}


async def test_a_form_is_not_read_without_end(bench: Bench):
    answer = await bench.client.post("/token", content=b"x" * 70_000, headers=FORM)
    assert answer.status_code == 413


async def test_another_page_cannot_sign_anybody_in(bench: Bench):
    for origin in ("https://attacker.example", "null", "http://127.0.0.1:1"):
        answer = await bench.client.post(
            "/authorize", data=bench.asked() | {"person": "amal"}, headers={"Origin": origin}
        )
        assert answer.status_code == 403
    answer = await bench.client.post("/authorize", data=bench.asked() | {"person": "amal"}, headers={"Origin": ADDRESS})
    assert "code" in sent_back(answer)


async def test_a_name_that_was_made_to_point_here_is_not_answered(bench: Bench):
    for path in ("/authorize", "/token", "/keys", "/.well-known/openid-configuration"):
        answer = await bench.client.get(path, headers={"Host": "attacker.example"})
        assert answer.status_code == 400
        assert "keys" not in answer.text


@pytest.mark.parametrize(
    "address",
    ["http://0.0.0.0:8809", "http://10.0.0.7:8809", "https://login.city.example", "http://login.city.example", ""],
)
def test_it_does_not_run_anywhere_else(tmp_path: Path, address: str):
    with pytest.raises(ConfigurationError, match="believes everybody"):
        create_app(address, tmp_path, ManualClock(), RandomIds())


async def test_the_page_says_in_three_languages_that_it_is_the_demo_and_repeats_nothing_as_markup(bench: Bench):
    page = await bench.client.get("/authorize", params=bench.asked(state='"><script>alert(1)</script>'))
    assert page.status_code == 200
    for text in ("DEMO", "تجربة", "DÉMO", 'dir="rtl"', *(person.ar for person in PEOPLE.values())):
        assert text in page.text
    assert page.text.count('name="person"') == len(PEOPLE)
    assert "<script" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


async def test_a_rotated_key_counts_without_a_restart_of_anything(bench: Bench):
    async with bench.believed():
        before = await sign_in(ADDRESS, "amal", transport=bench.transport)
        bench.verifier.verify(before)
        rotate(bench.data)
        after = await sign_in(ADDRESS, "amal", transport=bench.transport)
        with pytest.raises(TokenRefused):
            bench.verifier.verify(after)
        await bench.pass_(12)
        assert bench.verifier.verify(after).subject == bench.verifier.verify(before).subject == "officer.amal"
        rotate(bench.data)
        await bench.pass_(61)
        with pytest.raises(TokenRefused):
            bench.verifier.verify(before)
        assert bench.verifier.verify(after)


async def test_its_tokens_cannot_be_made_weaker(bench: Bench):
    text = await sign_in(ADDRESS, "amal", transport=bench.transport)
    head, claims, signature = text.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    assert (header["alg"], header["typ"]) == ("Ed25519", "at+jwt")
    public = load_keys(bench.data).signing_key
    weaker = [
        f"{base64url(json.dumps(header | {'alg': 'none'}).encode())}.{claims}.",
        f"{base64url(json.dumps(header | {'alg': 'none'}).encode())}.{claims}.{signature}",
        f"{base64url(json.dumps(header | {'alg': 'RS256'}).encode())}.{claims}.{signature}",
        encode_hmac(
            header | {"alg": "HS256"},
            json.loads(base64.urlsafe_b64decode(claims + "==")),
            public.as_pem(private=False),
        ),
    ]
    async with bench.believed():
        assert bench.verifier.verify(text)
        for forged in weaker:
            with pytest.raises(TokenRefused):
                bench.verifier.verify(forged)


async def test_who_signs_in_is_told_when_nobody_answers():
    async def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(Unavailable):
        await sign_in(ADDRESS, "amal", transport=httpx.MockTransport(away))


async def test_an_answer_to_another_request_is_not_taken(bench: Bench):
    async def mixed_up(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/authorize":
            return httpx.Response(303, headers={"Location": f"{RETURN}?code=stolen&state=another&iss={ADDRESS}"})
        return await bench.transport.handle_async_request(request)

    with pytest.raises(NotSignedIn, match="belongs"):
        await sign_in(ADDRESS, "amal", transport=httpx.MockTransport(mixed_up))
