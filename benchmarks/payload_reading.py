"""Reading one payload of each make into its event and encoding that for Kafka; the limit is the parser alone.

Every payload has another plate, so that nothing remembered helps. `figure` is for a camera whose adapter is configured,
`detected` for one whose format is told from what it sends. Processor time counts, on one core, without the sender,
HTTP and the broker.

    python -m benchmarks.payload_reading
"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from xml.parsers import expat

import msgspec

from benchmarks._bench import report
from benchmarks._vendors import Typical, typical
from rasid.contract.codec import encode
from rasid.runtime.serve import YOUNG_OBJECTS
from rasid.testing.clock import START
from services.ingest.payload.reading import CameraContext
from services.ingest.read import read_payload

PAYLOADS = 400
ROUNDS = 5
GOALS = {"JSON": 8_000, "XML": 3_000}
ZONE = "Asia/Baghdad"


def rate(work: Callable[[bytes], object], payloads: Sequence[bytes]) -> float:
    """Payloads a second of processor time."""
    began = time.process_time()
    for payload in payloads:
        work(payload)
    return len(payloads) / (time.process_time() - began)


def reader(make: Typical, adapter: str | None) -> Callable[[bytes], object]:
    """Read a payload as ingest does and encode its event."""
    camera = CameraContext("gate-1", "gate", ZONE, adapter=adapter)

    def read(payload: bytes) -> None:
        for one in read_payload("", payload, START, camera, topic=make.topic).normalized:
            encode(one.event)

    return read


def bare(make: Typical) -> Callable[[bytes], object]:
    """The parser on the document alone."""
    where = make.document

    def parse_xml(payload: bytes) -> None:
        expat.ParserCreate("utf-8").Parse(payload[where], True)

    return parse_xml if make.form == "XML" else lambda payload: msgspec.json.decode(payload[where])


def measure(make: Typical) -> None:
    """Print one make's figures."""
    payloads = [make.numbered(number) for number in range(PAYLOADS)]
    check(make, payloads)
    works = (reader(make, make.adapter), reader(make, None), bare(make))
    rounds = [tuple(rate(work, payloads) for work in works) for _ in range(ROUNDS)]
    figures, detected, limits = zip(*rounds, strict=True)
    report(
        f"payload_reading, {make.adapter}, {make.form}",
        "payloads/s",
        figures,
        limits,
        limit="expat without handlers" if make.form == "XML" else "msgspec.json.decode",
        goal=GOALS[make.form],
        detected=round(statistics.median(detected)),
        detected_reached=statistics.median(detected) >= GOALS[make.form],
        bytes=len(payloads[0]),
    )


def check(make: Typical, payloads: Sequence[bytes]) -> None:
    """Every payload is one event, whether its adapter is configured or found, and no two are the same."""
    camera = CameraContext("gate-1", "gate", ZONE)
    results = [read_payload("", payload, START, camera, topic=make.topic) for payload in payloads]
    assert {result.adapter for result in results} == {make.adapter}
    assert not any(result.refusals for result in results)
    assert len({one.event.id for result in results for one in result.normalized}) == len(payloads)


def main() -> None:
    """Measure each make in turn."""
    makes = typical()
    # As services do after their start.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    for make in makes:
        measure(make)


if __name__ == "__main__":
    main()
