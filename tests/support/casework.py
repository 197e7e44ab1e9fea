"""Casework's heartbeat, for tests that start a service without the whole platform."""

from contextlib import AbstractAsyncContextManager

from rasid.runtime.clock import SystemClock
from tools.demo.casework import stand_in
from tools.demo.deployed import make_producer


def casework_alive(bootstrap: str) -> AbstractAsyncContextManager[None]:
    """Services on this broker hear of casework each second while the context is open."""
    clock = SystemClock()
    return stand_in(make_producer(bootstrap, "test-casework", clock), clock, print)
