"""What the fuzzer changes: a payload with the way it came, as one run of bytes, and back. No IO.

The first byte chooses content type and MQTT topic among those of the adapter's own examples, as some formats need them,
and whether the camera's adapter is configured.
"""

from typing import NamedTuple

from tests.support.vendors import Example, examples_of

Way = tuple[str, str]


def ways(adapter: str) -> tuple[Way, ...]:
    """The content types and topics that the adapter's examples come with; the plain way is one of them."""
    return tuple(dict.fromkeys([("", ""), *((one.content_type, one.topic) for one in examples_of(adapter).values())]))


class Posted(NamedTuple):
    """A payload, and the adapter that its camera is configured with; None: the format is told from the payload."""

    example: Example
    adapter: str | None


def seeds(adapter: str) -> list[bytes]:
    """The adapter's examples as inputs, each configured and told."""
    known = ways(adapter)
    return [
        bytes((2 * known.index((one.content_type, one.topic)) + is_told,)) + one.body
        for one in examples_of(adapter).values()
        for is_told in (False, True)
    ]


def posted(adapter: str, data: bytes) -> Posted:
    """The payload that an input stands for."""
    known = ways(adapter)
    way, is_told = divmod(data[0] if data else 0, 2)
    return Posted(Example(data[1:], *known[way % len(known)]), None if is_told else adapter)
