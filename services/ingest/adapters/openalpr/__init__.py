"""OpenALPR and Rekor Scout: results of a frame, groups of a vehicle, vehicles without plate, alerts and heartbeats.

As agents post them, as cloud services answer and as the command line prints them. Sources in `words.py`.
"""

from services.ingest.adapters.openalpr.reader import read, recognizes

NAME = "openalpr"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
