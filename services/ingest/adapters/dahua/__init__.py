"""Dahua's events (and Amcrest's, Intelbras', Lorex', which speak the same), however they are carried.

The CGI stream (`eventManager.cgi`, `snapManager.cgi`), RPC2 notifications, and the HTTP push of traffic cameras
(ITSAPI). Sources: captures and tests published by integrators (rroller/dahua, YutthapoomSa/dahua-api) and Dahua's HTTP
API guide; what was inferred is said where it is used.
"""

from services.ingest.adapters.dahua.reader import read, recognizes

NAME = "dahua"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
