"""LILIN: what its plate readers answer and post: the list of reads as JSON, and the run-time status as text.

Source: LILIN's SDK for plate recognition cameras (LILINOpenGitHub/LILIN-LPR-Camera-SDK).
"""

from services.ingest.adapters.lilin.reader import read, recognizes

NAME = "lilin"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
