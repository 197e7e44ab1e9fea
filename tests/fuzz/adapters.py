"""Coverage-guided fuzzing of the adapters: `python -m tests.fuzz.adapters SECONDS [ADAPTER...]`, or `make fuzz`.

Each adapter begins with its own examples, in a process of its own. A payload that is neither events that consumers can
read nor refusals with words, or that takes longer than a second, ends the run and is left as a file. Needs atheris,
which `make fuzz` puts into an environment of its own: it instruments all that is imported.
"""

import subprocess
import sys
import time
from pathlib import Path

import atheris  # type: ignore[import-not-found]  # not a dependency of the project: see above

with atheris.instrument_imports(include=["services.ingest"]):
    from services.ingest.adapters import ADAPTERS
    from services.ingest.read import read_payload

from rasid.contract.codec import check, encode
from rasid.testing.clock import START
from services.ingest.payload.reading import CameraContext
from tests.support.vendors import examples_of

FOLDER = Path(".rasid") / "fuzz"
SLOWEST_SECONDS = 1.0  # under instrumentation, on a busy machine
LONGEST_BYTES = 8_000


def fuzz(adapter: str, seconds: int) -> None:
    """Fuzz one adapter; does not return."""
    corpus = FOLDER / adapter
    corpus.mkdir(parents=True, exist_ok=True)
    for number, example in enumerate(examples_of(adapter).values()):
        (corpus / f"example-{number}").write_bytes(example.body)
    camera = CameraContext("cam-1", "site-1", time_zone="Asia/Baghdad", adapter=adapter)

    def settles(body: bytes) -> None:
        began = time.process_time()
        result = read_payload("", body, START, camera)
        took = time.process_time() - began
        assert took < SLOWEST_SECONDS, f"{took:.2f} s"
        for one in result.normalized:
            check(one.event, encode(one.event))
        assert all(refusal.reason and refusal.detail for refusal in result.refusals)

    limits = (f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}", f"-artifact_prefix={corpus}-")
    atheris.Setup([sys.argv[0], str(corpus), *limits], settles)
    atheris.Fuzz()


def main(seconds: str, *names: str) -> int:
    """Fuzz these adapters, or all, one after another; how many failed."""
    chosen = names or tuple(adapter.NAME for adapter in ADAPTERS)
    if len(chosen) == 1:
        fuzz(chosen[0], int(seconds))
    command = (sys.executable, "-m", "tests.fuzz.adapters", seconds)
    return sum(subprocess.run((*command, name), check=False).returncode != 0 for name in chosen)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
