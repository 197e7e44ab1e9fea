"""Services on doubles with something to hide, and for each route that shows or changes it a request that is in order.

A test takes one of these requests, breaks it, and expects nothing of what is hidden to come out, and nothing to change.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from rasid.contract.detections import Image
from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from services.archive.digests import digest_field
from tests.support.asks import DAY, HOUR, OFFICERS, PLATE, Ask, Service, open_cases
from tests.support.clips import clip, recording
from tests.support.misused_casework import misused_casework
from tests.unit.alerts import making as of_alerts
from tests.unit.alerts import service as alerts
from tests.unit.archive import service as archive
from tests.unit.search import making as of_search
from tests.unit.search import service as search


@asynccontextmanager
async def misused(folder: Path) -> AsyncIterator[list[Service]]:
    """The services that keep something about persons; those that come to be are added here."""
    async with AsyncExitStack() as stack:
        yield [
            await _search(folder / "search", stack),
            await _alerts(folder / "alerts", stack),
            await _archive(folder / "archive", stack),
            await misused_casework(_made(folder / "casework"), stack),
        ]


async def _search(folder: Path, stack: AsyncExitStack) -> Service:
    bench = await stack.enter_async_context(search.serving(_made(folder), 200 * DAY))
    open_cases(bench.gate)
    jpeg = b"\xff\xd8\xff picture"
    sha256 = bench.pictures.put(jpeg)
    image = Image(kind="plate", sha256=sha256, media_type="image/jpeg", size_bytes=len(jpeg), uri=f"picture:{sha256}")
    await bench.see(of_search.read(PLATE, images=(image,)))
    (passage,) = bench.store.passages
    one = f"/v1/passages/{passage}"
    asks = (
        Ask("POST /v1/passages/search", "/v1/passages/search", body={"plate": PLATE}),
        Ask("GET /v1/passages/{passage_id}", one),
        Ask("GET /v1/passages/{passage_id}/pictures/{sha256}", f"{one}/pictures/{sha256}"),
        *(await _lookback_asks(bench)),
    )
    return Service(
        *("search", bench.gate, bench.app, asks),
        state=lambda: (dict(bench.store.passages), len(bench.store.queries), dict(bench.lookbacks.stored)),
    )


async def _lookback_asks(bench: search.SearchBench) -> Sequence[Ask]:
    """Two consents that wait for a senior officer, and one that is still to be asked for."""
    far = {"plate": PLATE, "from_at": utc_text(START - 150 * DAY), "reason": "cold-case"}
    made = []
    for days in (140, 130):
        body = far | {"from_at": utc_text(START - days * DAY)}
        who = bench.gate.headers(roles=("supervisor",), sub="officer-2")
        made.append((await bench.send("POST", "/v1/lookbacks", json=body, who=who)).json())
    one, senior = "/v1/lookbacks/{lookback_id}", "senior-officer"
    at = [f"/v1/lookbacks/{each['lookback_id']}" for each in made]
    digests = [{"digest": each["digest"]} for each in made]
    return (
        Ask("GET /v1/lookbacks", "/v1/lookbacks", senior),
        Ask(f"GET {one}", at[0], senior),
        Ask("POST /v1/lookbacks", "/v1/lookbacks", body=far),
        Ask(f"POST {one}/approval", f"{at[0]}/approval", senior, digests[0]),
        Ask(f"POST {one}/refusal", f"{at[1]}/refusal", senior, digests[1]),
    )


async def _alerts(folder: Path, stack: AsyncExitStack) -> Service:
    bench = await stack.enter_async_context(alerts.serving(_made(folder)))
    open_cases(bench.gate)
    bench.alert(around=of_alerts.AROUND)
    entries, entry = alerts.ENTRIES, (await bench.add(plate=PLATE)).headers["location"]
    one = "/v1/watchlists/{list_id}/entries/{entry_id}"
    wanted = {"plate": PLATE, "reason": "stolen-vehicle"}
    window = {"from_at": utc_text(START - HOUR / 60), "to_at": utc_text(START), "reason": "who-was-with-it"}
    seen, again = [(b"if-match", b'"1"')], [(b"if-match", b'"2"')]
    asks = (
        Ask("GET /v1/alerts/stream", "/v1/alerts/stream", duty=True, answers=False),
        Ask("GET /v1/alerts", "/v1/alerts", duty=True),
        Ask("GET /v1/alerts/{alert_id}", "/v1/alerts/alert-1", duty=True),
        Ask("GET /v1/watchlists/{list_id}/entries", entries),
        Ask(f"GET {one}", entry),
        Ask("POST /v1/alerts/{alert_id}/acknowledge", "/v1/alerts/alert-1/acknowledge", headers=seen, duty=True),
        Ask("POST /v1/alerts/{alert_id}/evidence", "/v1/alerts/alert-1/evidence", body=window, duty=True),
        Ask(
            *("POST /v1/watchlists/{list_id}/entries", entries),
            body=wanted,
            headers=[(b"idempotency-key", b"key-9")],
        ),
        *(await _covert_asks(bench)),
        Ask(f"PUT {one}", entry, body=wanted, headers=seen),
        Ask(f"DELETE {one}", entry, headers=again),
    )
    store = bench.store
    return Service(
        *("alerts", bench.gate, bench.app, asks),
        state=lambda: (dict(store.stored), dict(store.entries_by_id), len(store.pending), bench.woken),
    )


async def _covert_asks(bench: alerts.ServiceBench) -> Sequence[Ask]:
    """Covert entries that wait for a senior officer: one for each thing that is done with them."""
    covert = {"covert": {"legal_basis": "cpc-87"}, "valid_to": utc_text(START + DAY)}
    who = bench.gate.headers(sub="officer-2")
    made = []
    for number in range(3):
        body = {"plate": PLATE, "reason": "stolen-vehicle"} | covert
        key = {"Idempotency-Key": f"covert-{number}"}
        answer = await bench.send("POST", alerts.ENTRIES, json=body, who=who, headers=key)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    one, senior = "/v1/covert-entries/{entry_id}", "senior-officer"
    at = [f"/v1/covert-entries/{each['entry_id']}" for each in made]
    digests = [{"digest": each["covert"]["digest"]} for each in made]
    return (
        Ask("GET /v1/covert-entries", "/v1/covert-entries", senior),
        Ask(f"GET {one}", at[0], senior),
        Ask(f"POST {one}/approve", f"{at[0]}/approve", senior, digests[0]),
        Ask(f"POST {one}/refuse", f"{at[1]}/refuse", senior, digests[1]),
        Ask(f"POST {one}/end", f"{at[2]}/end", senior),
    )


async def _archive(folder: Path, stack: AsyncExitStack) -> Service:
    bench = await stack.enter_async_context(archive.serving(_made(folder)))
    open_cases(bench.gate)
    kept, approved, refused, gone, *letting = [await bench.stored(clip(50_000)) for _ in range(6)]
    awaited, failing = await bench.ask(), await bench.ask()
    await _hold(bench, kept)
    releases = [(one, await _ask_to_release(bench, one)) for one in letting]
    digests = [await _ask_to_erase(bench, one) for one in (approved, refused, gone)]
    await _decide(bench, gone, digests[2])
    await bench.rounds.once()
    return Service(
        *("archive", bench.gate, bench.app),
        asks=_archive_asks(
            kept=kept,
            approved=(approved, digests[0]),
            refused=(refused, digests[1]),
            gone=gone,
            released=releases[0],
            unreleased=releases[1],
            awaited=awaited,
            failing=failing,
        ),
        state=lambda: (dict(bench.store.stored), set(bench.clips.objects), len(bench.store.events), bench.woken),
    )


def _archive_asks(
    *,
    kept: str,
    approved: tuple[str, str],
    refused: tuple[str, str],
    gone: str,
    awaited: str,
    failing: str,
    released: tuple[str, str],
    unreleased: tuple[str, str],
) -> Sequence[Ask]:
    one, body = "/v1/evidence/{evidence_id}", recording()
    at = f"/v1/evidence/{kept}"
    window = {"from_at": utc_text(START - HOUR), "to_at": utc_text(START - HOUR / 2)}
    digest = digest_field(hashlib.sha256(body).hexdigest()).encode()
    supervisor, senior = "supervisor", "senior-officer"
    decided = {"headers": [], "role": senior}
    return (
        Ask("GET /v1/evidence", "/v1/evidence", duty=True),
        Ask(f"GET {one}", at),
        Ask(f"POST {one}/verify", f"{at}/verify"),
        Ask(f"POST {one}/links", f"{at}/links"),
        Ask("GET /v1/erasures", "/v1/erasures", role=senior),
        Ask(f"GET {one}/erasure", f"/v1/evidence/{approved[0]}/erasure", role=supervisor),
        Ask(f"GET {one}/certificate", f"/v1/evidence/{gone}/certificate"),
        Ask(
            "POST /v1/evidence", "/v1/evidence", body={"camera_id": archive.CAMERA, "reason": "road-accident"} | window
        ),
        Ask(
            f"POST {one}/failure",
            f"/v1/evidence/{failing}/failure",
            body={"reason": "no_recording", "retriable": False},
        ),
        Ask(f"PUT {one}/clip", f"/v1/evidence/{awaited}/clip", body=body, headers=[(b"repr-digest", digest)]),
        Ask(f"POST {one}/holds", f"{at}/holds"),
        *_release_asks(kept, released, unreleased),
        Ask(f"POST {one}/erasure", f"{at}/erasure", supervisor, {"reason": "court-order"}),
        Ask(
            f"POST {one}/erasure/approval",
            f"/v1/evidence/{approved[0]}/erasure/approval",
            body={"digest": approved[1]},
            **decided,
        ),
        Ask(
            f"POST {one}/erasure/refusal",
            f"/v1/evidence/{refused[0]}/erasure/refusal",
            body={"digest": refused[1]},
            **decided,
        ),
    )


def _release_asks(kept: str, released: tuple[str, str], unreleased: tuple[str, str]) -> Sequence[Ask]:
    """What a closed case holds is asked for; what an open one holds waits for a decision, twice."""
    one, supervisor = "/v1/evidence/{evidence_id}/holds/{case_id}/release", "supervisor"
    at = [f"/v1/evidence/{evidence_id}/holds/case-1/release" for evidence_id, _ in (released, unreleased)]
    return (
        Ask("GET /v1/releases", "/v1/releases", supervisor),
        Ask(f"POST {one}", f"/v1/evidence/{kept}/holds/closed/release", body={"reason": "verdict-final"}),
        Ask(f"GET {one}", at[1]),
        Ask(f"POST {one}/approval", f"{at[0]}/approval", supervisor, {"digest": released[1]}),
        Ask(f"POST {one}/refusal", f"{at[1]}/refusal", supervisor, {"digest": unreleased[1]}),
    )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _hold(bench: archive.ServiceBench, evidence_id: str) -> None:
    """Under a case that is closed afterwards."""
    bench.gate.put_case("closed", assigned=OFFICERS, version=3)
    answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/holds", who=bench.who(case="closed"))
    assert answer.status_code == 200, answer.text
    bench.gate.put_case("closed", assigned=OFFICERS, version=4, state="closed")


async def _ask_to_release(bench: archive.ServiceBench, evidence_id: str) -> str:
    """What `case-1` holds."""
    where, who = f"/v1/evidence/{evidence_id}/holds", bench.who(sub="officer-2")
    assert (await bench.send("POST", where, who=who)).status_code == 200
    answer = await bench.send("POST", f"{where}/case-1/release", json={"reason": "verdict-final"}, who=who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["digest"])


async def _ask_to_erase(bench: archive.ServiceBench, evidence_id: str) -> str:
    who = bench.who("supervisor", sub="officer-2")
    answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/erasure", json={"reason": "court-order"}, who=who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["digest"])


async def _decide(bench: archive.ServiceBench, evidence_id: str, digest: str) -> None:
    who = bench.who("senior-officer")
    answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/erasure/approval", json={"digest": digest}, who=who)
    assert answer.status_code == 200, answer.text
