"""Frigate's events, reviews, tracked object updates and availability, as MQTT messages or posts; 0.9 to 0.17.

Messages are JSON, availability and motion are single words that only their topic explains. Sources in `words.py`.
"""

from services.ingest.adapters.frigate.reader import read, recognizes
from services.ingest.adapters.frigate.topics import ALL_CAMERAS, camera_of

NAME = "frigate"
VERSION = "1"

__all__ = ["ALL_CAMERAS", "NAME", "VERSION", "camera_of", "read", "recognizes"]
