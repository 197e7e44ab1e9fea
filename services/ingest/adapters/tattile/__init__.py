"""Tattile: one XML document per vehicle, over a TCP connection that stays open or by HTTP.

Field names are Tattile's tag names (its own and Nedap's manuals list the same); the root is whatever the template on
the camera says: `root`, `MESSAGE`, `Msg` have been seen. `DATE` and `TIME` are the camera's local time, without a zone.
"""

from services.ingest.adapters.tattile.reader import read, recognizes, serial_of

NAME = "tattile"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes", "serial_of"]
