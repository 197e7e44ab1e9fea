"""One person asks so often and no more, and so does everybody together for one plate."""

import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from rasid.identity.rates import Rates
from rasid.testing.identity import GateBench
from tests.unit.identity.desk import SECRET, Desk, client_of, make_app

ROUTE = "/v1/alerts"
NONE = "/v1/alerts/none"


@pytest.fixture
async def client(bench: GateBench) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(bench, Desk())
    app.state.gate = bench.gate(rates=bench.rates(person_per_minute=5, subject_per_hour=3))
    async with client_of(app) as client:
        yield client


@pytest.fixture
def pass_(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time pass for the library's own clock."""
    began, whole = time.time(), time.time
    passed = [0.0]
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: began + passed[0] + (whole() - began))

    def shift(seconds: float) -> None:
        passed[0] += seconds

    return shift


async def test_the_sixth_request_of_a_person_in_a_minute_is_refused_recorded_and_told_when_to_come_again(
    bench: GateBench, client: httpx.AsyncClient, pass_: Callable[[float], None]
):
    sent = bench.headers()
    for _ in range(5):
        assert (await client.get(ROUTE, headers=sent)).status_code == 200
    answer = await client.get(ROUTE, headers=sent)
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:rasid:problem:too-many-by-person")
    assert int(answer.headers["retry-after"]) >= 1
    record = bench.records()[-1]
    assert (record.decision, record.reasons) == ("deny", ("too-many-by-person",))
    bench.put_case("case-1", assigned=("officer-1", "officer-2"), version=2)
    assert (await client.get(ROUTE, headers=bench.headers(sub="officer-2"))).status_code == 200
    pass_(61)
    assert (await client.get(ROUTE, headers=sent)).status_code == 200


async def test_what_is_refused_counts_too(bench: GateBench, client: httpx.AsyncClient):
    for number in range(5):
        assert (await client.get(ROUTE, headers=bench.headers(case=f"guess-{number}"))).status_code == 403
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 429


async def test_the_fourth_request_for_a_plate_in_an_hour_is_refused_whoever_asks_and_however_it_is_written(
    bench: GateBench, client: httpx.AsyncClient, pass_: Callable[[float], None]
):
    people = [f"officer-{number}" for number in range(4)]
    bench.put_case("case-1", assigned=tuple(people), version=2)
    answers = [await client.get(NONE, headers=bench.headers(sub=who)) for who in people]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["type"] == "urn:rasid:problem:too-many-by-subject"
    assert SECRET not in answers[3].text
    record = bench.records()[-1]
    assert (record.decision, record.stage) == ("deny", "result")
    assert "too-many-by-subject" in record.reasons
    assert record.subjects == (bench.pseudonyms.plate(SECRET, bench.clock.now()),)
    rates = bench.rates(subject_per_hour=1)
    rates.check_subjects(["13 A 98765"])
    with pytest.raises(Exception, match="too-many-by-subject"):
        rates.check_subjects(["13a98765"])
    pass_(3_601)
    assert (await client.get(NONE, headers=bench.headers(sub=people[0]))).status_code == 200


async def test_what_is_only_shown_counts_for_no_plate(bench: GateBench, client: httpx.AsyncClient):
    for _ in range(5):
        assert (await client.get(ROUTE, headers=bench.headers())).status_code == 200


async def test_what_shows_no_subject_data_is_not_counted(bench: GateBench, client: httpx.AsyncClient):
    sent = bench.headers(case=None, purpose=None, roles=("administrator",))
    for _ in range(10):
        assert (await client.put("/v1/cameras/cam-1", headers=sent)).status_code == 200


@pytest.mark.parametrize(("processes", "answered"), [(1, 6), (2, 3), (4, 1), (100, 1)])
async def test_each_of_several_processes_answers_its_share(bench: GateBench, processes: int, answered: int):
    app = make_app(bench, Desk())
    rates = Rates(bench.pseudonyms, bench.clock, person_per_minute=6, subject_per_hour=1000, processes=processes)
    app.state.gate = bench.gate(rates=rates)
    async with client_of(app) as client:
        statuses = [(await client.get(ROUTE, headers=bench.headers())).status_code for _ in range(7)]
    assert statuses == [200] * answered + [429] * (7 - answered)
