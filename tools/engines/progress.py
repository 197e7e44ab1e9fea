"""How a start that takes a while tells what it is doing."""

from collections.abc import Callable

Progress = Callable[[str], None]
"""Takes one line for a person, such as "Kafka is ready at 127.0.0.1:21034 (2.4 s)"."""


def quiet(_line: str) -> None:
    """Tell nobody."""
