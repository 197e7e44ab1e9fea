"""Who changed what in the registry, as administrators read it."""

import pytest

from tests.unit.ingest.service.bench import PASSWORD

CAMERA = {"kind": "fixed", "make": "Dahua", "name": {"ar": "الجسر"}}


@pytest.fixture
async def changed(ingest):
    """A camera that was registered, changed, given a credential, and lost it."""
    assert (await ingest.ask("PUT", "/v1/cameras/gate", json=CAMERA)).status_code == 201
    again = CAMERA | {"state": "maintenance"}
    assert (await ingest.ask("PUT", "/v1/cameras/gate", json=again, headers={"If-Match": "*"})).status_code == 200
    assert (await ingest.ask("POST", "/v1/cameras/gate/credential")).status_code == 201
    assert (await ingest.ask("DELETE", "/v1/cameras/gate/credential")).status_code == 204
    return ingest


async def history(ingest, **query):
    """What the administrator did: the bench itself has a clerk who registers."""
    query = {"by": (await ingest.ask("GET", "/v1/registry/history")).json()["items"][0]["by"]["subject"], **query}
    answer = await ingest.ask("GET", "/v1/registry/history", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_says_what_was_changed_by_whom_the_latest_first(changed):
    items = (await history(changed))["items"]
    whats = ["credential_revoked", "credential_issued", "changed", "registered"]
    assert [one["what"] for one in items] == whats
    assert items[2]["fields"] == {"state": {"before": "active", "after": "maintenance"}}
    assert items[3]["fields"]["name"]["after"]["ar"] == "الجسر"
    assert "serial" not in items[3]["fields"]
    assert {(one["identifier"], one["kind"]) for one in items} == {("gate", "cameras")}
    [author] = {tuple(one["by"].values()) for one in items}
    assert all(author)


async def test_what_changes_nothing_is_no_change(changed):
    before = len((await history(changed))["items"])
    same = CAMERA | {"state": "maintenance"}
    assert (await changed.ask("PUT", "/v1/cameras/gate", json=same, headers={"If-Match": "*"})).status_code == 200
    assert len((await history(changed))["items"]) == before


async def test_an_import_is_told_row_by_row_and_a_dry_run_is_not(ingest):
    file = "camera_id,kind\ngate,fixed\ngate-2,ptz\n"
    for dry_run in (True, False):
        query = {"kind": "cameras", "dry_run": dry_run}
        assert (await ingest.ask("POST", "/v1/registry/import", params=query, content=file)).status_code == 200
    assert [one["identifier"] for one in (await history(ingest))["items"]] == ["gate-2", "gate"]


async def test_it_is_read_page_by_page_and_asked_for_one_entry_or_one_person(changed):
    await changed.ask("PUT", "/v1/sites/bridge", json={"kind": "main_street"})
    seen, cursor = [], None
    while True:
        page = await history(changed, limit=2, **({} if cursor is None else {"cursor": cursor}))
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    numbers = [one["number"] for one in seen]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 5
    assert len((await history(changed, kind="sites"))["items"]) == 1
    assert len((await history(changed, kind="cameras", identifier="gate"))["items"]) == 4
    assert (await history(changed, by="somebody-else"))["items"] == []


async def test_no_credential_is_in_it(changed):
    clerks = changed.store.cameras.credentials["cam-1"][0]
    text = (await changed.ask("GET", "/v1/registry/history")).text
    assert text.count("credential_issued") > 1
    assert not any(secret in text for secret in (PASSWORD, clerks.md5, clerks.sha256))


async def test_only_administrators_read_it_and_nobody_deletes_from_it(changed):
    async with changed.client() as client:
        assert (await client.get("/v1/registry/history", headers=changed.bench.headers())).status_code == 403
    for method in ("DELETE", "PUT", "POST", "PATCH"):
        assert (await changed.ask(method, "/v1/registry/history")).status_code == 405
    assert len((await history(changed))["items"]) == 4


@pytest.mark.parametrize("cursor", ["%%%", "IA", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
async def test_a_cursor_that_no_page_gave_out_is_refused(ingest, cursor):
    assert (await ingest.ask("GET", "/v1/registry/history", params={"cursor": cursor})).status_code == 400
