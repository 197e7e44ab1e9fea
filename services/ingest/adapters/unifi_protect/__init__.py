"""UniFi Protect: events, websocket updates, tracks of smart detections, and the Alarm Manager's webhook.

Sources in `words.py`.
"""

from services.ingest.adapters.unifi_protect.reader import read, recognizes

NAME = "unifi_protect"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
