"""How cameras and sites are, as the staff reads it."""

from datetime import timedelta

import pytest

from services.ingest.watch.quality import Record
from services.ingest.watch.silence import Known, SiteSeen


@pytest.fixture
async def town(ingest):
    """Cameras: well, silent, gone with its site, never heard, reading worse, retired."""
    now = ingest.clock.now()
    for name in ("cam-2", "cam-3", "cam-4", "cam-5"):
        await ingest.register(name, site_id="bridge" if name == "cam-3" else None)
    await ingest.register("gone", state="retired")
    ingest.heard.update(
        {
            "cam-1": Known("cam-1", now),
            "cam-2": Known("cam-2", now - timedelta(hours=2), now - timedelta(hours=2)),
            "cam-3": Known("cam-3", now - timedelta(hours=3)),
            "cam-5": Known("cam-5", now),
            "gone": Known("gone", now - timedelta(days=9), now - timedelta(days=9)),
        },
    )
    ingest.known_sites["bridge"] = SiteSeen(now - timedelta(hours=3), None, "battery", "down")
    ingest.known_sites["market"] = SiteSeen(None, now, "grid", "up")
    ingest.quality["cam-5"] = Record(told=frozenset({"unreadable", "confidence"}))
    # the double of the registry keeps no site for the path of a read
    known = ingest.store.devices.get("cam-3")
    context = type(known.context)("cam-3", "bridge", skew_seconds=90.0)
    ingest.store.devices.apply(type(known)(context, "active", (), known.changed + 1))
    return ingest


async def listed(town, path="/v1/watched-cameras", **query):
    answer = await town.ask("GET", path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_camera_says_what_somebody_should_see_to(town):
    items = {one["camera_id"]: one for one in (await listed(town))["items"]}
    assert {name: one["troubles"] for name, one in items.items()} == {
        "cam-1": [],
        "cam-2": ["silent"],
        "cam-3": ["silent", "clock"],
        "cam-4": ["never_heard"],
        "cam-5": ["reads"],
        "gone": [],
    }
    assert items["cam-5"]["reads_worse"] == ["confidence", "unreadable"]
    assert items["cam-4"]["last_seen_at"] is None
    assert items["cam-1"]["expected_seconds"] > 0


async def test_they_are_asked_for_by_trouble_and_page_by_page(town):
    assert [one["camera_id"] for one in (await listed(town, trouble="silent"))["items"]] == ["cam-2", "cam-3"]
    seen, cursor = [], None
    while True:
        page = await listed(town, limit=2, **({} if cursor is None else {"cursor": cursor}))
        seen += [one["camera_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["cam-1", "cam-2", "cam-3", "cam-4", "cam-5", "gone"]


async def test_each_site_says_whether_it_is_out_what_feeds_it_and_how_its_link_is(town):
    bridge, market = (await listed(town, "/v1/watched-sites"))["items"]
    assert (bridge["site_id"], bridge["power_source"], bridge["link"]) == ("bridge", "battery", "down")
    assert bridge["out_since"] is not None
    assert (market["out_since"], market["link"]) == (None, "up")


@pytest.mark.parametrize("path", ["/v1/watched-cameras", "/v1/watched-sites"])
async def test_the_staff_reads_it_and_a_cursor_of_nobody_is_refused(town, path):
    async with town.client() as client:
        assert (await client.get(path, headers=town.bench.headers(case=None, purpose=None))).status_code == 200
        assert (await client.get(path)).status_code == 401
    assert (await town.ask("GET", path, params={"cursor": "IA"})).status_code == 400
