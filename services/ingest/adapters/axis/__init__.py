"""Axis: scene metadata, its applications' events, and what the License Plate Verifier pushes.

What comes as ONVIF XML or over the MQTT event bridge is a notification as ONVIF knows it, below Axis's own topics.
Sources: developer.axis.com (AXIS Scene Metadata, License Plate Verifier API), FF Group and CAMMRA (JSON fields).
"""

from services.ingest.adapters.axis.reader import read, recognizes

NAME = "axis"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
