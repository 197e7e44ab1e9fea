"""Hikvision's `EventNotificationAlert` (ISAPI): XML or JSON, alone, in multipart with pictures, or as a stream.

Namespaces differ by firmware and are not looked at. What is known of the format, what was inferred and from what is
said where it is used; sources in `words.py`.
"""

from services.ingest.adapters.hikvision.reader import read, recognizes

NAME = "hikvision"
VERSION = "2"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
