"""ONVIF: the scene description of Profile M (metadata stream) and events, as XML, in SOAP, or as JSON over MQTT.

Prefixes are not looked at: firmware declares none, others, or the wrong ones. XML and JSON are one document: what is an
attribute in XML is a field `@name` in ONVIF's own JSON. Sources: ONVIF Core and Analytics specifications.
"""

from services.ingest.adapters.onvif.reader import read, recognizes

NAME = "onvif"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
