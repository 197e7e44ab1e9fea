"""Milestone AI Bridge: what an analytics application posts to it, or it passes on.

Frames are ONVIF's with `SourceStreamID` and the older form of classes, or DeepStream's minimal schema; analytic events
are its own JSON. Source: Milestone's published AI Bridge samples.
"""

from services.ingest.adapters.milestone.reader import read, recognizes

NAME = "milestone"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
