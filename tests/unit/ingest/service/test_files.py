import json

import pytest

from services.ingest.registry.sheet import LARGEST
from tests.unit.ingest.service.test_registry import SITE

IMPORT = "/v1/registry/import"
CAMERAS = {"kind": "cameras"}


@pytest.fixture
async def with_site(ingest):
    await ingest.ask("PUT", "/v1/sites/bridge", json=SITE)
    return ingest


async def bring(ingest, text, kind="cameras", **query):
    body = text if isinstance(text, bytes) else text.encode()
    headers = {"content-type": "text/csv"}
    return await ingest.ask("POST", IMPORT, params={"kind": kind, **query}, content=body, headers=headers)


async def test_cameras_are_imported_and_published(with_site):
    file = "camera_id,site_id,name_ar,kind,latitude,longitude,lanes\nc1,bridge,الجسر,fixed,31.8,47.1,1|2\nc2,,,ptz,,,\n"
    report = (await bring(with_site, file)).json()
    assert report == {
        "kind": "cameras",
        "encoding": "utf-8",
        "dry_run": False,
        "created": 2,
        "changed": 0,
        "unchanged": 0,
        "problems": [],
    }
    camera = (await with_site.ask("GET", "/v1/cameras/c1")).json()
    assert camera["name"]["ar"] == "الجسر"
    assert camera["lanes"] == ["1", "2"]
    assert {event.key for event in with_site.store.cameras.events} >= {"camera:c1", "camera:c2"}


async def test_importing_again_changes_nothing(with_site):
    file = "site_id,kind,name_fr\nbridge,main_street,Le grand pont\nmarket,commercial,Le marché\n"
    await bring(with_site, file, "sites")
    events = len(with_site.store.sites.events)
    report = (await bring(with_site, file, "sites")).json()
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 0, 2)
    assert len(with_site.store.sites.events) == events


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(with_site):
    file = "site_id,kind,phase\nbridge,main_street,2\nmarket,commercial,\n,other,\n"
    report = (await bring(with_site, file, "sites", dry_run=True)).json()
    assert (report["dry_run"], report["created"], report["changed"]) == (True, 1, 1)
    assert [problem["row"] for problem in report["problems"]] == [4]
    assert (await with_site.ask("GET", "/v1/sites/market")).status_code == 404
    assert (await with_site.ask("GET", "/v1/sites/bridge")).json()["phase"] is None


async def test_a_column_that_is_not_there_leaves_what_is_registered_and_an_empty_cell_clears_it(with_site):
    await bring(with_site, "site_id,kind,phase\nbridge,other,\n", "sites")
    site = (await with_site.ask("GET", "/v1/sites/bridge")).json()
    assert site["kind"] == "other"
    assert site["name"]["en"] == "Great bridge"
    await bring(with_site, "site_id,name_en\nbridge,\n", "sites")
    assert (await with_site.ask("GET", "/v1/sites/bridge")).json()["name"] == SITE["name"] | {"en": None}


async def test_every_problem_is_listed_with_row_and_field_and_the_good_rows_are_taken(with_site):
    file = (
        "camera_id,site_id,kind,latitude,longitude,time_zone,adapter\n"
        "good,bridge,fixed,,,,\n"
        "bad1,nowhere,flying,,,Mars/Base,\n"
        "\n"
        "bad2,,fixed,91,,,\n"
        "Bad Name,,fixed,,,,\n"
        "good,,ptz,,,,\n"
        "bad3,nowhere,fixed,,,,odd\n"
        "bad4,,fixed\n"
        "bad5,,fixed,0,0,,\n"
    )
    report = (await bring(with_site, file)).json()
    assert report["created"] == 1
    found = {(problem["row"], problem["field"]) for problem in report["problems"]}
    assert found == {
        *((3, "kind"), (3, "time_zone")),
        *((5, "latitude"), (5, "longitude")),
        *((6, "camera_id"), (7, "camera_id")),
        *((8, "site_id"), (8, "adapter")),
        *((9, None), (10, "latitude")),
    }
    assert [problem["row"] for problem in report["problems"]] == sorted(
        problem["row"] for problem in report["problems"]
    )


@pytest.mark.parametrize(
    ("file", "where"),
    [
        (b"", "row 1"),
        (b"name_en,kind\nx,fixed\n", "camera_id"),
        (b"camera_id,colour\nc1,red\n", "colour"),
        (b"camera_id,kind,kind\nc1,ptz,ptz\n", "kind"),
        ("camera_id,name_ar\nc1,الجسر\n".encode() + b"c2,\xd8\n", "row 3"),
        ("camera_id,name_ar\nc1,x\n".encode("utf-16") + b"x", "row 3"),
        (b'camera_id,name_en\nc1,"never closed\n', "row 2"),
        (b"camera_id,name_en\nc1," + b"x" * 200_000 + b"\n", "row 2"),
    ],
)
async def test_what_is_no_table_is_refused_with_the_place(ingest, file, where):
    answer = await bring(ingest, file)
    assert answer.status_code == 422
    assert where in answer.json()["detail"]


async def test_a_file_with_too_many_rows_is_refused_before_any_is_taken(ingest):
    file = "site_id,kind\n" + "".join(f"s{number},other\n" for number in range(LARGEST + 1))
    answer = await bring(ingest, file, "sites")
    assert answer.status_code == 422
    assert "split" in answer.json()["detail"]
    assert ingest.store.sites.entries == {}


async def test_a_row_that_somebody_else_changes_meanwhile_is_said_and_not_overwritten(with_site):
    sites = with_site.store.sites
    sites.interfere = lambda: sites.touch("bridge")
    report = (await bring(with_site, "site_id,kind\nbridge,other\nmarket,other\n", "sites")).json()
    assert (report["created"], report["changed"]) == (1, 0)
    assert [problem["row"] for problem in report["problems"]] == [2]
    assert sites.entries["bridge"].edit.kind == "main_street"


async def test_an_export_can_be_imported_and_opens_in_a_spreadsheet(with_site):
    await bring(with_site, "camera_id,site_id,name_ar,name_en,kind\nc1,bridge,الجسر,=cmd(),fixed\n")
    exported = await with_site.ask("GET", "/v1/registry/export", params=CAMERAS)
    assert exported.headers["content-type"].startswith("text/csv")
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert "'=cmd()" in exported.text
    assert "rasid-cameras.csv" in exported.headers["content-disposition"]
    report = (await bring(with_site, exported.content)).json()
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 0, 3)


async def test_an_export_holds_no_credential(ingest):
    held = ingest.store.cameras.credentials["cam-1"][0]
    exported = await ingest.ask("GET", "/v1/registry/export", params=CAMERAS)
    assert held.md5 not in exported.text
    assert held.sha256 not in exported.text


async def test_a_file_that_is_too_large_is_refused(ingest):
    assert (await bring(ingest, b"x" * (24 * 1024 * 1024 + 1))).status_code == 413


async def test_an_import_needs_a_table_and_an_administrator(ingest):
    assert (await bring(ingest, "camera_id\n", "birds")).status_code == 422
    async with ingest.client() as client:
        answer = await client.post(IMPORT, params=CAMERAS, content=b"camera_id\n", headers=ingest.bench.headers())
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("codec", "mark", "encoding"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8-sig", b"", "utf-8"),
        ("utf-16", b"", "utf-16"),
        ("utf-16-le", b"", "utf-16"),
        ("utf-16-be", b"", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("cp1256", b"", "windows-1256"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_a_spreadsheet_may_save_as_it_is_used_to(ingest, codec, mark, encoding, delimiter):
    rows = (
        ("site_id", "name_ar", "name_fr", "kind", "latitude", "longitude"),
        ("bridge", "الجسر الكبير", "Le grand marché à l'été", "other", "31,8" if delimiter != "," else "31.8", "47"),
    )
    text = "\r\n".join(delimiter.join(row) for row in rows)
    report = (await bring(ingest, mark + text.encode(codec), "sites")).json()
    assert (report["encoding"], report["created"], report["problems"]) == (encoding, 1, [])
    site = (await ingest.ask("GET", "/v1/sites/bridge")).json()
    assert (site["name"]["ar"], site["name"]["fr"]) == ("الجسر الكبير", "Le grand marché à l'été")
    assert site["location"] == {"latitude": 31.8, "longitude": 47.0}


async def test_features_of_a_map_are_imported_and_exported(with_site):
    feature = {
        "type": "Feature",
        "id": "gate",
        "geometry": {"type": "Point", "coordinates": [47.1, 31.8, 12.0]},
        "properties": {
            "name": {"ar": "البوابة"},
            "name_en": "Gate",
            "kind": "government",
            "power_sources": "grid|solar",
        },
    }
    wrong = [
        feature | {"id": "Not An Id"},
        feature | {"id": "gate"},
        feature | {"id": "line", "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}},
        feature | {"id": "odd", "properties": {"kind": "other", "colour": "red"}},
        feature | {"id": "far", "geometry": {"type": "Point", "coordinates": [200, 100]}},
        "no feature",
    ]
    body = json.dumps({"type": "FeatureCollection", "features": [feature, *wrong]}).encode()
    headers = {"content-type": "application/geo+json"}
    options = {"params": {"kind": "sites"}, "content": body, "headers": headers}
    report = (await with_site.ask("POST", IMPORT, **options)).json()
    assert report["created"] == 1
    assert [(one["row"], one["field"]) for one in report["problems"]] == [
        *((2, "site_id"), (3, "site_id"), (4, "geometry"), (5, "colour")),
        *((6, "latitude"), (6, "longitude"), (7, None)),
    ]
    query = {"kind": "sites", "format": "geojson"}
    exported = await with_site.ask("GET", "/v1/registry/export", params=query)
    assert exported.headers["content-type"] == "application/geo+json"
    [bridge, gate] = exported.json()["features"]
    assert (gate["id"], gate["geometry"]["coordinates"]) == ("gate", [47.1, 31.8])
    assert gate["properties"]["name"] == {"ar": "البوابة", "fr": None, "en": "Gate"}
    again = (await with_site.ask("POST", IMPORT, **(options | {"content": exported.content}))).json()
    assert (again["unchanged"], again["problems"]) == (2, [])
    assert bridge["id"] == "bridge"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"features": 1}', b"site_id,kind\n", b"[" * 100_000])
async def test_what_is_no_collection_of_features_is_refused(ingest, body):
    options = {"params": {"kind": "sites"}, "content": body, "headers": {"content-type": "application/geo+json"}}
    assert (await ingest.ask("POST", IMPORT, **options)).status_code == 422
