"""What Rasid makes of a payload, for whoever sets a camera up: the same as for a camera, and nothing is kept."""

import json

import pytest

from tests.unit.ingest.service.payloads import XML
from tools.demo.hikvision import anpr_xml, notification_xml

EXPLAIN = "/v1/explain"


async def explained(ingest, body, content_type=XML, **query):
    return await ingest.ask("POST", EXPLAIN, content=body, headers={"content-type": content_type}, params=query)


async def test_an_explanation_is_what_a_camera_would_have_published(ingest):
    body = anpr_xml("13A77777", captured_at=ingest.clock.now(), event_id="e-1")
    answer = await explained(ingest, body, camera_id="cam-1")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["adapter"], found["refused"], found["unknown_fields"]) == ("hikvision", [], 0)
    posted = await ingest.post(body)
    assert [event["id"] for event in found["events"]] == posted.json()["accepted"]
    assert found["events"][0]["data"]["plate"]["text"] == "13A77777"


async def test_nothing_of_it_is_kept_but_that_it_was_asked(ingest):
    body = anpr_xml("13A77777", captured_at=ingest.clock.now()) + b"<Broken>"
    await explained(ingest, body)
    assert [event.type for event in ingest.bus.events] == ["audit.recorded", "audit.recorded"]
    assert (ingest.bus.letters, ingest.objects.bodies if hasattr(ingest.objects, "bodies") else {}) == ([], {})
    closing = ingest.bus.events[-1].data
    assert (closing.result_count, len(closing.subjects)) == (1, 1)
    assert "13A77777" not in repr(closing)


async def test_a_refused_part_is_said_with_a_reason_to_act_on(ingest):
    body = notification_xml("thermometry", captured_at=ingest.clock.now())
    (problem,) = (await explained(ingest, body)).json()["refused"]
    assert (problem["reason"], problem["adapter"]) == ("event_type_unknown", "hikvision")
    assert "thermometry" in problem["detail"]


async def test_the_request_may_say_otherwise_than_the_registry(ingest):
    naive = anpr_xml(captured_at=ingest.clock.now().replace(tzinfo=None), zone=None)
    query = {"zone": "Europe/Paris", "adapter": "hikvision", "received_at": "2026-07-01T12:00:00Z", "topic": "cam/1"}
    data = (await explained(ingest, naive, camera_id="cam-1", **query)).json()["events"][0]["data"]
    assert (data["time_quality"]["zone"], data["received_at"]) == ("Europe/Paris", "2026-07-01T12:00:00.000Z")
    assert data["vendor"]["topic"] == "cam/1"


async def test_what_is_said_of_persons_is_counted_and_not_shown(ingest):
    body = anpr_xml(captured_at=ingest.clock.now(), anpr={"smoking": "yes"})
    answer = await explained(ingest, body)
    assert answer.json()["dropped"] == {"attribute": 1}
    assert "smoking" not in answer.text


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"adapter": "kodak"}, "hikvision"),
        ({"zone": "Atlantis"}, "Asia/Baghdad"),
        ({"received_at": "yesterday"}, "received_at"),
    ],
)
async def test_an_option_that_cannot_be_is_told(ingest, query, word):
    answer = await explained(ingest, anpr_xml(captured_at=ingest.clock.now()), **query)
    assert answer.status_code == 422
    assert word in json.dumps(answer.json())


async def test_nobody_explains_without_a_token(ingest):
    async with ingest.client() as client:
        assert (await client.post(EXPLAIN, content=b"x")).status_code == 401
