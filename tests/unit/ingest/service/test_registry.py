import pytest

from rasid.runtime.preconditions import read_precondition
from services.ingest.registry.entries import CAMERAS, SITES, CameraEdit, Entry, SiteEdit, state_event
from tests.unit.ingest.service.bench import PASSWORD

SITE = {
    "name": {"ar": "الجسر الكبير", "fr": "Le grand pont", "en": "Great bridge"},
    "kind": "main_street",
    "location": {"latitude": 31.8356, "longitude": 47.1448},
    "power_sources": ["grid", "battery"],
}
CAMERA = {"site_id": "bridge", "kind": "fixed", "adapter": "hikvision", "time_zone": "Asia/Baghdad"}
SITE_PATH = "/v1/sites/bridge"
CAMERA_PATH = "/v1/cameras/bridge-in"


@pytest.fixture
async def with_site(ingest):
    assert (await ingest.ask("PUT", SITE_PATH, json=SITE)).status_code == 201
    return ingest


async def test_a_site_is_registered_read_and_published(ingest):
    made = await ingest.ask("PUT", SITE_PATH, json=SITE)
    assert made.status_code == 201
    read = await ingest.ask("GET", SITE_PATH)
    assert read.json() == made.json()
    assert read.json()["name"]["ar"] == "الجسر الكبير"
    assert read.headers["etag"] == made.headers["etag"] == f'"{made.json()["version"]}"'
    [event] = ingest.store.sites.events
    assert event.key == "site:bridge"
    assert event.data.version == made.json()["version"]
    assert ingest.woken == 1


async def test_a_change_needs_the_version_it_changes(with_site):
    etag = (await with_site.ask("GET", SITE_PATH)).headers["etag"]
    changed = SITE | {"sector": "north"}
    missing = await with_site.ask("PUT", SITE_PATH, json=changed)
    assert missing.status_code == 428
    assert "If-Match" in missing.json()["detail"]
    good = await with_site.ask("PUT", SITE_PATH, json=changed, headers={"If-Match": etag})
    assert good.status_code == 200
    assert good.json()["version"] > int(etag.strip('"'))
    late = await with_site.ask("PUT", SITE_PATH, json=SITE, headers={"If-Match": etag})
    assert late.status_code == 412
    anyhow = await with_site.ask("PUT", SITE_PATH, json=SITE, headers={"If-Match": "*"})
    assert anyhow.status_code == 200


async def test_only_if_it_is_not_there_yet(with_site):
    there = await with_site.ask("PUT", SITE_PATH, json=SITE, headers={"If-None-Match": "*"})
    assert there.status_code == 412
    new = await with_site.ask("PUT", "/v1/sites/market", json=SITE, headers={"If-None-Match": "*"})
    assert new.status_code == 201


async def test_what_is_not_there_cannot_be_changed(ingest):
    for etag in ('"1"', "*"):
        assert (await ingest.ask("PUT", SITE_PATH, json=SITE, headers={"If-Match": etag})).status_code == 412


@pytest.mark.parametrize(
    "headers", [{"If-Match": "7"}, {"If-Match": '"x"'}, {"If-None-Match": '"7"'}, {"If-Match": '"'}]
)
async def test_a_precondition_that_cannot_be_read_is_refused(with_site, headers):
    assert (await with_site.ask("PUT", SITE_PATH, json=SITE, headers=headers)).status_code == 400


def test_a_proxy_may_have_weakened_the_tag_and_several_may_be_given():
    precondition = read_precondition('W/"7", "8"', None)
    precondition.check(7)
    precondition.check(8)


async def test_the_same_request_again_changes_nothing(with_site):
    again = await with_site.ask("PUT", SITE_PATH, json=SITE)
    assert again.status_code == 200
    assert len(with_site.store.sites.events) == 1


async def test_versions_grow_also_when_an_entry_was_lost_and_is_made_again(with_site):
    lost = with_site.store.sites.entries.pop("bridge")
    made = await with_site.ask("PUT", SITE_PATH, json=SITE)
    assert made.status_code == 201
    assert made.json()["version"] > lost.version


async def test_a_change_that_meets_another_is_tried_on_what_is_there_then(with_site):
    sites = with_site.store.sites
    etag = (await with_site.ask("GET", SITE_PATH)).headers["etag"]

    def interfere():
        sites.touch("bridge")

    sites.interfere = interfere
    answer = await with_site.ask("PUT", SITE_PATH, json=SITE | {"phase": "2"}, headers={"If-Match": etag})
    assert answer.status_code == 412
    sites.interfere = interfere
    answer = await with_site.ask("PUT", SITE_PATH, json=SITE | {"phase": "2"}, headers={"If-Match": "*"})
    assert answer.status_code == 200


async def test_a_camera_is_registered_at_a_site(with_site):
    made = await with_site.ask("PUT", CAMERA_PATH, json=CAMERA)
    assert made.status_code == 201
    assert made.json()["state"] == "active"
    assert made.json()["credential"] is None
    event = with_site.store.cameras.events[-1]
    assert event.key == "camera:bridge-in"
    assert event.data.time_zone == "Asia/Baghdad"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"site_id": "nowhere"}, "site_id"),
        ({"adapter": "unheard-of"}, "adapter"),
        ({"time_zone": "Asia/Nowhere"}, "body.time_zone"),
        ({"time_zone": "../../etc/passwd"}, "body.time_zone"),
        ({"kind": "flying"}, "body.kind"),
        ({"heading_degrees": 361}, "body.heading_degrees"),
        ({"location": {"latitude": 0, "longitude": 0}}, "body.location"),
        ({"location": {"latitude": 91, "longitude": 0}}, "body.location.latitude"),
        ({"name": {"en": "two\nlines"}}, "body.name.en"),
        ({"lanes": ["a|b"]}, "body.lanes.0"),
        ({"version": 3}, "body.version"),
        ({"skew_seconds": 1}, "body.skew_seconds"),
    ],
)
async def test_what_is_wrong_with_a_camera_is_said_by_field(with_site, change, field):
    answer = await with_site.ask("PUT", CAMERA_PATH, json=CAMERA | change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert with_site.store.cameras.events[-1].key != "camera:bridge-in"


async def test_an_identifier_must_be_one(ingest):
    assert (await ingest.ask("PUT", "/v1/sites/Great%20Bridge", json=SITE)).status_code == 422


async def test_lists_are_read_page_by_page(ingest):
    for number in range(5):
        await ingest.ask("PUT", f"/v1/sites/s{number}", json=SITE)
    seen, cursor = [], None
    while True:
        page = (
            await ingest.ask("GET", "/v1/sites", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [site["site_id"] for site in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["s0", "s1", "s2", "s3", "s4"]


@pytest.mark.parametrize("cursor", ["%%%", "eA==x", "_w", "IA"])
async def test_a_cursor_that_no_page_gave_out_is_refused(ingest, cursor):
    assert (await ingest.ask("GET", "/v1/cameras", params={"cursor": cursor})).status_code == 400


async def test_cameras_are_listed_by_site_and_state(with_site):
    await with_site.ask("PUT", CAMERA_PATH, json=CAMERA)
    await with_site.ask("PUT", "/v1/cameras/bridge-out", json=CAMERA | {"state": "maintenance"})

    async def listed(**query):
        page = (await with_site.ask("GET", "/v1/cameras", params=query)).json()
        return [camera["camera_id"] for camera in page["items"]]

    assert await listed(site_id="bridge") == ["bridge-in", "bridge-out"]
    assert await listed(site_id="bridge", state="active") == ["bridge-in"]
    assert await listed(state="retired") == []


async def test_a_credential_is_shown_once_and_works_at_once(ingest):
    issued = await ingest.ask("POST", "/v1/cameras/cam-1/credential")
    assert issued.status_code == 201
    assert issued.headers["cache-control"] == "no-store"
    assert issued.json()["username"] == "cam-1"
    password = issued.json()["password"]
    assert await may_post(ingest, password)
    assert password not in (await ingest.ask("GET", "/v1/cameras/cam-1")).text
    assert password not in repr(ingest.store.cameras.credentials)
    assert password not in repr(ingest.bus.events)


async def test_the_former_password_works_until_the_overlap_ends(ingest):
    issued = (await ingest.ask("POST", "/v1/cameras/cam-1/credential")).json()
    assert issued["previous_valid_until"] is not None
    assert await may_post(ingest, PASSWORD)
    ingest.clock.shift(901)
    assert not await may_post(ingest, PASSWORD)
    assert await may_post(ingest, issued["password"])


async def test_revoking_ends_every_password_at_once(ingest):
    issued = (await ingest.ask("POST", "/v1/cameras/cam-1/credential")).json()
    assert (await ingest.ask("DELETE", "/v1/cameras/cam-1/credential")).status_code == 204
    assert not await may_post(ingest, PASSWORD)
    assert not await may_post(ingest, issued["password"])
    again = (await ingest.ask("POST", "/v1/cameras/cam-1/credential")).json()
    assert again["previous_valid_until"] is None
    assert not await may_post(ingest, PASSWORD)


async def test_two_who_make_a_credential_at_once_both_get_one_that_works(ingest):
    cameras = ingest.store.cameras
    cameras.interfere = lambda: cameras.touch("cam-1")
    issued = await ingest.ask("POST", "/v1/cameras/cam-1/credential")
    assert await may_post(ingest, issued.json()["password"])


async def test_a_retired_or_unknown_camera_gets_no_credential(ingest):
    await ingest.register("old", state="retired")
    assert (await ingest.ask("POST", "/v1/cameras/old/credential")).status_code == 409
    assert (await ingest.ask("POST", "/v1/cameras/nobody/credential")).status_code == 404
    assert (await ingest.ask("DELETE", "/v1/cameras/nobody/credential")).status_code == 404


async def test_a_camera_that_is_retired_stops_posting_at_once(ingest):
    camera = (await ingest.ask("GET", "/v1/cameras/cam-1")).json()
    edit = {name: camera[name] for name in ("kind", "time_zone")} | {"state": "retired"}
    changed = await ingest.ask("PUT", "/v1/cameras/cam-1", json=edit, headers={"If-Match": "*"})
    assert changed.json()["credential"] is not None
    assert not await may_post(ingest, PASSWORD)


async def test_only_administrators_change_the_registry(ingest):
    officer = ingest.bench.headers()
    async with ingest.client() as client:
        assert (await client.get("/v1/cameras")).status_code == 401
        assert (await client.put(SITE_PATH, json=SITE, headers=officer)).status_code == 403
        assert (await client.post("/v1/cameras/cam-1/credential", headers=officer)).status_code == 403
        assert (await client.delete("/v1/cameras/cam-1/credential", headers=officer)).status_code == 403
    assert ingest.store.sites.entries == {}
    assert await may_post(ingest, PASSWORD)


@pytest.mark.expects_errors("an audit record could not be written")
async def test_who_changed_what_is_on_the_audit_log_before_the_answer(ingest):
    await ingest.ask("PUT", SITE_PATH, json=SITE)
    records = ingest.bench.records()
    assert [record.stage for record in records] == ["intent", "result"]
    assert {record.operation for record in records} == {"alter"}
    ingest.bus.is_away = True
    assert (await ingest.ask("PUT", "/v1/sites/market", json=SITE)).status_code == 503
    assert "market" not in ingest.store.sites.entries


@pytest.mark.expects_errors("something is unavailable")
async def test_a_database_that_is_away_is_a_503(ingest):
    ingest.store.sites.is_away = True
    for method, path in (("GET", "/v1/sites"), ("GET", SITE_PATH)):
        assert (await ingest.ask(method, path)).status_code == 503


def test_the_row_of_a_change_always_has_the_same_id(ingest):
    entry = Entry(key="cam", version=4, changed=5, edit=CameraEdit(kind="ptz"), skew_seconds=1.5)
    first, again = (state_event(CAMERAS, entry, ingest.clock.now()) for _ in range(2))
    assert first.id == again.id
    assert first.data.skew_seconds == 1.5
    site = Entry(key="cam", version=4, changed=4, edit=SiteEdit(kind="other"))
    assert state_event(SITES, site, ingest.clock.now()).id != first.id


async def may_post(ingest, password):
    async with ingest.client(auth=("cam-1", password)) as client:
        return (await client.post("/v1/cameras/cam-1/events", content=b"x")).status_code == 422
