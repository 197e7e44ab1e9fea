"""NVIDIA DeepStream: its full schema (one object a message) and its minimal one (a frame's objects as texts).

What is optional is filled with placeholders, and boxes are pixels of a size that is not told. Sources: DeepStream's
message converter (nvmsgconv) and published messages.
"""

from services.ingest.adapters.deepstream.reader import read, recognizes

NAME = "deepstream"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
