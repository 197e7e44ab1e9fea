"""Firmware that can do nothing else puts the camera's credential into the address: as good as Basic, never told on."""

import pytest
from prometheus_client import generate_latest

from tests.unit.ingest.service.bench import PASSWORD
from tests.unit.ingest.service.payloads import XML, anpr

PATH = "/v1/cameras/cam-1/events"
REFUSALS = "rasid_ingest_camera_refusals_total"
FORMS = [f"{PATH}?token={{}}", f"{PATH}?channel=1&token={{}}", f"{PATH}/{{}}"]
each_form = pytest.mark.parametrize("form", FORMS)


async def push(ingest, address, *, body=None, **options):
    async with ingest.client(**options) as client:
        return await client.post(address, content=body or anpr(), headers={"content-type": XML})


@each_form
async def test_a_read_with_the_token_is_taken(ingest, form):
    answer = await push(ingest, form.format(PASSWORD))
    assert answer.status_code == 200
    [event] = ingest.bus.of("plate.read")
    assert answer.json()["accepted"] == [event.id]
    assert event.data.camera_id == "cam-1"


@each_form
@pytest.mark.parametrize("token", ["", "guess-1234", PASSWORD.upper(), "x" * 3000])
async def test_a_wrong_token_is_answered_as_a_wrong_password(ingest, form, token):
    answer = await push(ingest, form.format(token))
    if token or "token=" in form:
        async with ingest.client() as client:
            wrong = await client.post(PATH, content=anpr(), auth=("cam-1", "guess"))
        assert (answer.status_code, answer.json()) == (401, wrong.json())
        assert answer.headers.keys() == wrong.headers.keys()
        assert ingest.metric(REFUSALS, reason="bad_credential") == 2
    else:
        assert answer.status_code in {307, 404}, "no token at all: not this address"
    assert ingest.bus.events == []


async def test_a_token_opens_its_own_camera_only(ingest):
    await ingest.ask("DELETE", "/v1/cameras/cam-2/credential")
    assert (await ingest.ask("POST", "/v1/cameras/cam-2/credential")).status_code == 201
    answer = await push(ingest, f"/v1/cameras/cam-2/events?token={PASSWORD}")
    assert answer.status_code == 401
    assert ingest.bus.of("plate.read") == []


@pytest.mark.parametrize(
    "address",
    [f"{PATH}?token={PASSWORD}&token={PASSWORD}", f"{PATH}?token=x&token={PASSWORD}", f"{PATH}/{PASSWORD}?token=x"],
)
async def test_of_two_tokens_none_counts(ingest, address):
    assert (await push(ingest, address)).status_code == 401


async def test_a_token_goes_before_a_header_that_firmware_sends_by_itself(ingest):
    assert (await push(ingest, f"{PATH}?token={PASSWORD}", auth=("admin", ""))).status_code == 200
    assert (await push(ingest, f"{PATH}?token=wrong", auth=("cam-1", PASSWORD))).status_code == 401


async def test_a_retired_camera_is_refused_with_its_token_too(ingest):
    await ingest.register("old", state="retired")
    assert (await push(ingest, f"/v1/cameras/old/events?token={PASSWORD}")).status_code == 403


@each_form
async def test_a_token_is_replaced_with_an_overlap_and_revoked_at_once(ingest, form):
    new = (await ingest.ask("POST", "/v1/cameras/cam-1/credential")).json()["password"]
    for token in (PASSWORD, new):
        assert (await push(ingest, form.format(token))).status_code == 200
    ingest.clock.shift(901)
    assert (await push(ingest, form.format(PASSWORD))).status_code == 401
    assert (await push(ingest, form.format(new))).status_code == 200
    await ingest.ask("DELETE", "/v1/cameras/cam-1/credential")
    assert (await push(ingest, form.format(new))).status_code == 401


@each_form
@pytest.mark.parametrize("token", [PASSWORD, "guess-1234"])
async def test_the_token_is_in_no_log_line_no_metric_no_event_no_dead_letter_and_no_answer(
    ingest, form, token, capsys, caplog
):
    caplog.set_level(0)
    caplog.handler.addFilter(lambda record: record.name != "httpx")  # the test's own client, which knows it
    answers = [await push(ingest, form.format(token), body=body) for body in (anpr(), b"nonsense", b"<html>")]
    answers.append(await ingest.ask("GET", "/v1/refused-senders"))
    ingest.bus.is_away = True
    answers.append(await push(ingest, form.format(token)))
    async with ingest.client() as client:
        answers += [await client.put(form.format(token)), await client.post(f"{PATH}/{token}/more")]
    output = capsys.readouterr()
    said = output.out + output.err + caplog.text + generate_latest(ingest.metrics.registry).decode()
    kept = repr(ingest.bus.events) + repr(ingest.bus.letters) + repr(ingest.strangers.latest())
    assert said
    assert token not in said
    assert token not in kept
    assert not any(token in answer.text + repr(answer.headers.raw) for answer in answers)
