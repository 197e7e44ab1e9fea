"""Claims on ports: one process at a time, and in a process one engine."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tools.engines import claims, ports

ROOT = Path(__file__).parents[3]
SPAN = range(19_000, 19_400)
ONE, OTHER = Path("/data/one/kafka"), Path("/data/other/kafka")
CLAIM_THE_FIRST = """
import sys
from pathlib import Path
from tools.engines import claims
port = next(port for port in map(int, sys.argv[1:]) if claims.claim(port, Path("/data/third/kafka")))
print(port, flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.opens_sockets("whether a port is free is told by binding to it")


@pytest.fixture(autouse=True)
def _nothing_stays_claimed() -> Iterator[None]:
    yield
    claims.let_go(ONE)
    claims.let_go(OTHER)


@contextmanager
def another_process(*candidates: int) -> Iterator["subprocess.Popen[str]"]:
    """One that claims the first of the candidates that it can have, says which, and keeps it until it is ended."""
    arguments = [sys.executable, "-c", CLAIM_THE_FIRST, *map(str, candidates)]
    process = subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def free_ports() -> list[int]:
    """Which ones depends on the process, as several runs of these tests may go on at the same time."""
    return [port for port in ports.candidates(SPAN, Path(str(os.getpid()))) if ports.is_free(port)][:8]


def test_an_engine_may_claim_its_port_again_and_no_other_engine_may():
    port = free_ports()[0]
    assert claims.claim(port, ONE)
    assert claims.claim(port, ONE)
    assert not claims.claim(port, OTHER)
    claims.let_go(ONE)
    assert claims.claim(port, OTHER)


def test_a_port_on_which_somebody_listens_is_not_claimed():
    port = free_ports()[0]
    with socket.socket() as squatter:
        squatter.bind((ports.LOOPBACK, port))
        squatter.listen()
        assert not claims.claim(port, ONE)
    assert claims.claim(port, OTHER)


def test_a_port_that_another_process_claimed_is_its_own_until_it_is_killed():
    port = free_ports()[0]
    with another_process(port) as process:
        assert said(process) == port
        assert not claims.claim(port, ONE)
        process.kill()
        process.wait()
        assert claims.claim(port, ONE)


def test_processes_that_choose_at_the_same_moment_choose_different_ports():
    candidates = free_ports()
    with ExitStack() as stack:
        choosing = [stack.enter_context(another_process(*candidates)) for _ in range(3)]
        assert len({said(process) for process in choosing}) == 3
