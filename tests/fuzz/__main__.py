"""Fuzzes every adapter, two at a time: `python -m tests.fuzz SECONDS [ADAPTER...]`, or `make fuzz`.

Each in a process of its own, in the environment that has atheris. What took long there is timed here, without
instrumentation, as no payload may hang for more than a tenth of a second. Exits with 0 when nothing was found; what was
found is left in `.rasid/fuzz`, and its adapter's output is printed.
"""

import os
import subprocess
import sys
import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor

from services.ingest.adapters import ADAPTERS
from tests.fuzz.inputs import posted
from tests.fuzz.places import ENVIRONMENT, finds_of, slow_of
from tests.support.reading import settles

AT_A_TIME = 2
TRIES = 3  # a machine that was busy once proves nothing
LAST_WORDS_CHARACTERS = 4_000


def fuzz(adapter: str, seconds: str) -> str | None:
    """Fuzz one adapter; what was found, or None."""
    for find in finds_of(adapter):
        find.unlink()
    ended = subprocess.run(
        (str(ENVIRONMENT / "bin" / "python"), "-m", "tests.fuzz.adapters", adapter, seconds),
        env=os.environ | {"PYTHONPATH": os.pathsep.join((".", sysconfig.get_path("purelib")))},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode:
        files = ", ".join(map(str, finds_of(adapter))) or "no file"
        return f"{adapter}: ended with {ended.returncode}; left behind: {files}\n{_words(ended.stdout + ended.stderr)}"
    return _hang(adapter)


def _words(output: str) -> str:
    """What was said, without the fuzzer's count of its progress."""
    return "\n".join(line for line in output.splitlines() if line and line[0] not in "#\t")[-LAST_WORDS_CHARACTERS:]


def _hang(adapter: str) -> str | None:
    slow = slow_of(adapter)
    if not slow.exists():
        return None
    one, configured = posted(adapter, slow.read_bytes())
    problem = ""
    for _ in range(TRIES):
        try:
            settles(one.body, one.content_type, topic=one.topic, adapter=configured)
        except AssertionError as error:
            problem = str(error)
        else:
            return None
    return f"{adapter}: too slow ({problem}): {slow}"


def main(seconds: str, *names: str) -> int:
    """Fuzz these adapters, or all; 1 when something was found."""
    chosen = names or tuple(adapter.NAME for adapter in ADAPTERS)
    began = time.monotonic()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        found = [one for one in pool.map(lambda name: fuzz(name, seconds), chosen) if one is not None]
    sys.stdout.write("".join(f"{one}\n" for one in found))
    took = time.monotonic() - began
    sys.stdout.write(f"{len(chosen)} adapters fuzzed for {seconds} s each in {took:.0f} s: {len(found)} with a find\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
