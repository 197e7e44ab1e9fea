"""Payloads of every format, made by the tests from its description; every adapter has a module of its name here.

Each exports `EXAMPLES`: by name, a body, or an `Example` where the content type or the MQTT topic matters. What holds
for every adapter is tested on all of them: `tests/unit/ingest/adapters/test_every_adapter.py`.
"""

from importlib import import_module
from typing import NamedTuple

from services.ingest.adapters import ADAPTERS


class Example(NamedTuple):
    """A payload as it comes in."""

    body: bytes
    content_type: str = ""
    topic: str = ""


def examples_of(adapter: str) -> dict[str, Example]:
    """The examples of one adapter, by name."""
    found = import_module(f"tests.support.vendors.{adapter}").EXAMPLES
    return {name: one if isinstance(one, Example) else Example(one) for name, one in found.items()}


def all_examples() -> dict[str, tuple[str, Example]]:
    """Every example with its adapter's name, by `adapter/example`."""
    return {
        f"{adapter.NAME}/{name}": (adapter.NAME, example)
        for adapter in ADAPTERS
        for name, example in examples_of(adapter.NAME).items()
    }
