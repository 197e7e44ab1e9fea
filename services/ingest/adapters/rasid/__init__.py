"""Rasid's own event JSON, for integrators whose device speaks none of the other formats.

The names are those of the event contract, so that what is posted reads like what is published; what only Rasid can say
(camera, site, sighting, arrival, adapter, warnings) is passed over. Everything is checked: a value of another type or
out of its bounds refuses the event and says where. One event, a list, or a line each; alone or among pictures.
"""

from services.ingest.adapters.rasid.reader import read, recognizes

NAME = "rasid"
VERSION = "1"
# A post of this type is in this format, also from a camera with another adapter: recorded reads that are brought in.
MEDIA_TYPE = "application/vnd.rasid.events+json"

__all__ = ["MEDIA_TYPE", "NAME", "VERSION", "read", "recognizes"]
