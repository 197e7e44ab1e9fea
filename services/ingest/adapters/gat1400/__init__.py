"""GA/T 1400 (VIID): what Chinese makers' cameras post to a "view library": lists of vehicles, people, faces, notices.

Source: GA/T 1400.3 and 1400.4 as implemented by integrators; `words.py` says which codes are read.
"""

from services.ingest.adapters.gat1400.reader import read, recognizes

NAME = "gat1400"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
