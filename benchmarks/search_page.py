"""A page of a search at a million passages: through the whole service, with its gate and its audit records.

One officer asks one question after the other over HTTP; a page has at most 50 passages. The limit is the same look-up
by the bare store in the same run. 850 cameras at 200 sites in 3 sectors, 100,000 vehicles, 20 days.
Engine: SecantusDB's Rust server.

    python -m benchmarks.search_page [PASSAGES]
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._bench import broker, machine, memory_of, metrics, run
from benchmarks._load import Answers, Connection, post
from benchmarks._passages import (
    CAMERAS,
    CHANCE,
    CLOCK,
    KEPT,
    NOW,
    RETENTION,
    SECTORS,
    SITES,
    VEHICLES,
    fill,
    in_sectors,
    plate,
    registry,
)
from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.contract.topics import TOPICS
from rasid.storage.mongo import Mongo
from rasid.stream.admin import ensure_topics
from rasid.stream.producer import KafkaProducer
from rasid.testing.builders import case_state
from services.search.ports import PassageQuery
from services.search.store import MongoPassageStore
from services.search.tiers import window
from tests.support.casework import casework_alive
from tools.demo.services import Search
from tools.engines import SecantusRs, ports
from tools.keys import ensure_keys, issue

MILLION = 1_000_000
QUESTIONS = 200
PAGE = 50
DATABASE = "rasid_search"
NAMES = (
    *("plate", "plate, time, cameras", "half a plate", "time, cameras", "time, cameras, next page"),
    *("time", "time, next page", "time, sites", "time, a sector"),
)
GOALS_MS = {name: 100 for name in NAMES if "time" in name} | {"plate": 50}

Question = dict[str, Any]


class Own(Search):
    """The service on a port that no demo beside us asks for first."""

    def port_candidates(self) -> Iterable[int]:
        """Ports of our own."""
        return ports.candidates(range(26000, 28000), self.folder)


def questions(name: str) -> list[Question]:
    """What is asked; each of another vehicle or another time."""
    asked = []
    for _ in range(QUESTIONS):
        number = CHANCE.randrange(VEHICLES)
        question: Question = {"limit": PAGE}
        if "plate" in name:
            question["plate"] = f"*{number:06d}" if name == "half a plate" else plate(number)
        if "time" in name:
            begin = NOW - KEPT * CHANCE.random()
            question |= {"from_at": utc_text(begin), "to_at": utc_text(begin + timedelta(days=2))}
        if "cameras" in name:
            question["cameras"] = CHANCE.sample(CAMERAS, 20)
        if "sites" in name:
            question["sites"] = CHANCE.sample(SITES, 5)
        if "sector" in name:
            question["sectors"] = [CHANCE.choice(SECTORS)]
        asked.append(question)
    return asked


async def through_the_service(port: int, headers: dict[str, str], asked: Sequence[Question]) -> tuple[Answers, int]:
    """Ask one after the other; returns how long each took, and how many passages were shown."""
    answers, connection, shown = Answers(), Connection(port), 0
    for question in asked:
        request = post("/v1/passages/search", json.dumps(question).encode(), headers)
        began = time.perf_counter()
        status, body = await connection.ask(request)
        answers.seconds.append(time.perf_counter() - began)
        assert status == 200, body
        page = json.loads(body)
        shown += len(page["items"])
        question["cursor"] = page["next_cursor"]
    await connection.close()
    return answers, shown


async def bare(mongo: Mongo, asked: Sequence[Question]) -> Answers:
    """The same look-ups by the store alone."""
    store, answers = MongoPassageStore(mongo), Answers()
    for question in asked:
        text = question.get("plate")
        begin, end = (
            datetime.fromisoformat(question[name]) if name in question else None for name in ("from_at", "to_at")
        )
        query = PassageQuery(
            window=window(begin, end, NOW, RETENTION),
            plates=None if text is None else [text.replace("*", f"{11 + int(text[-6:]) % 19}A")],
            camera_ids=question.get("cameras"),
            site_ids=in_sectors(question["sectors"]) if "sectors" in question else question.get("sites"),
            limit=PAGE + 1,
        )
        began = time.perf_counter()
        await store.find(query, NOW)
        answers.seconds.append(time.perf_counter() - began)
    return answers


@asynccontextmanager
async def service(folder: Path, bootstrap: str, mongo: str) -> AsyncIterator[tuple[Search, dict[str, str]]]:
    """The service on these engines, with cameras, a case and an officer's headers."""
    keys = ensure_keys(folder)
    await ensure_topics(bootstrap, TOPICS, brokers=1)
    async with KafkaProducer(bootstrap, "bench", clock=CLOCK, metrics=metrics(), deadline_seconds=60) as producer:
        await producer.publish(case_state())
        async with asyncio.TaskGroup() as group:
            for row, state in registry():
                group.create_task(producer.publish(new_event(row, "/ingest", NOW, state), deadline_seconds=60))
    environment = {
        "RASID_KAFKA": bootstrap,
        "RASID_MONGO": mongo,
        "RASID_DATABASE": DATABASE,
        "RASID_TOKEN_KEYS": str(keys.key_set),
        "RASID_PSEUDONYM_KEY": keys.pseudonym_key,
        "RASID_SEAL_KEY": keys.seal_key,
        "RASID_PERSON_REQUESTS_PER_MINUTE": "1000000",
        "RASID_SUBJECT_REQUESTS_PER_HOUR": "1000000",
        "RASID_MEDIA_KEY": keys.media_key,
        "RASID_OBJECTS_ACCESS_KEY": "unused",
        "RASID_OBJECTS_SECRET_KEY": "unused",
    }
    search = Own(folder, environment)
    await search.start()
    token = issue(keys, "officer-1", "police", ["investigator"], lifetime_seconds=3600, clock=CLOCK)
    headers = {"Authorization": f"Bearer {token}", "Rasid-Case": "case-1", "Rasid-Purpose": "stolen-vehicle"}
    try:
        async with casework_alive(bootstrap):
            yield search, headers | {"Content-Type": "application/json"}
    finally:
        await search.stop()


def tell(name: str, asked: Answers, limit: Answers, **more: object) -> None:
    """One figure beside its limit, as JSON."""
    figure, goal = asked.percentile_ms(95), GOALS_MS.get(name)
    print(
        json.dumps(
            {
                "benchmark": f"search_page: by {name}",
                "unit": "ms, p95",
                "figure": figure,
                "p50": round(statistics.median(asked.seconds) * 1000, 1),
                "limit": limit.percentile_ms(95),
                "limit_is": "the bare store in the same run",
                "goal": goal,
                "reached": goal is None or figure <= goal,
                **more,
                **machine(),
            },
        ),
        flush=True,
    )


async def main() -> None:
    """Fill once, then ask; each kind of question once to warm up."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    with TemporaryDirectory(prefix="rasid-bench-") as folder:
        engine = SecantusRs(Path(folder))
        await engine.start()
        mongo = Mongo(engine.address, DATABASE, deadline_seconds=60)
        try:
            await mongo.start()
            filled = await fill(mongo, count)
            async with broker() as bootstrap, service(Path(folder), bootstrap, engine.address) as (search, headers):
                for name in NAMES:
                    asked, warm = questions(name), questions(name)[:20]
                    # Right after a million inserts the engine may take longer than the service waits.
                    await bare(mongo, warm)
                    await through_the_service(search.port("http"), headers, warm)
                    if "next page" in name:
                        await through_the_service(search.port("http"), headers, asked)
                    found, shown = await through_the_service(search.port("http"), headers, asked)
                    facts = {"passages": count, "shown": shown, "filled_per_second": round(filled)}
                    memory = memory_of(search.pid)
                    tell(name, found, await bare(mongo, asked), **facts, service_mebibytes=memory)
        finally:
            await mongo.stop()
            await engine.stop()


if __name__ == "__main__":
    run(main())
