"""Fuzzes one adapter, guided by what its code does: `python -m tests.fuzz.adapters ADAPTER SECONDS`.

Begins with the adapter's own examples. A payload that is neither events that consumers can read nor refusals with words
ends the run and is left as a file; the slowest of those that took long here is left to be timed as it is
in production. Runs where atheris is, which instruments all that is imported; `tests/fuzz/__main__.py` starts it.
"""

import sys
import time

import atheris  # type: ignore[import-not-found]  # in an environment of its own: tests/fuzz/requirements.lock

with atheris.instrument_imports(include=["services.ingest"]):
    from tests.support.reading import SLOWEST_SECONDS, settles

from tests.fuzz.inputs import posted, seeds
from tests.fuzz.places import corpus_of, slow_of

# Under instrumentation, on a busy machine: no payload that is timed anew afterwards takes as long.
HANGS_SECONDS = 5.0
LONGEST_BYTES = 8_000


def fuzz(adapter: str, seconds: int) -> None:
    """Fuzz one adapter; does not return."""
    corpus, slow = corpus_of(adapter), slow_of(adapter)
    corpus.mkdir(parents=True, exist_ok=True)
    slow.unlink(missing_ok=True)
    for number, seed in enumerate(seeds(adapter)):
        (corpus / f"example-{number}").write_bytes(seed)
    slowest = SLOWEST_SECONDS

    def is_settled(data: bytes) -> None:
        nonlocal slowest
        one, configured = posted(adapter, data)
        began = time.process_time()
        settles(one.body, one.content_type, topic=one.topic, seconds=HANGS_SECONDS, adapter=configured)
        took = time.process_time() - began
        if took > slowest:
            slowest = took
            slow.write_bytes(data)

    limits = (f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}", f"-artifact_prefix={corpus}-", "-timeout=60")
    atheris.Setup([sys.argv[0], str(corpus), *limits], is_settled)
    atheris.Fuzz()


if __name__ == "__main__":
    fuzz(sys.argv[1], int(sys.argv[2]))
