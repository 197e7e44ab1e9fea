"""A site and a camera as the API's description shows them."""

from pydantic import JsonValue

EXAMPLE_SITE: dict[str, JsonValue] = {
    "name": {"ar": "الجسر الكبير", "fr": "Le grand pont", "en": "Great bridge"},
    "sector": "north",
    "kind": "main_street",
    "phase": "1",
    "location": {"latitude": 31.8356, "longitude": 47.1448},
    "power_sources": ["grid", "battery"],
    "link": "fibre",
    "mqtt_topic": None,
}
EXAMPLE_CAMERA: dict[str, JsonValue] = {
    "site_id": "bridge",
    "name": {"ar": "الجسر - دخول", "fr": "Pont, entrée", "en": "Bridge, inbound"},
    "kind": "fixed",
    "make": "Hikvision",
    "model": "iDS-TCM403",
    "serial": "DS-0001",
    "address": "192.0.2.17",
    "mqtt_topic": None,
    "channel": None,
    "pull": None,
    "pull_port": None,
    "adapter": "hikvision",
    "time_zone": "Asia/Baghdad",
    "location": {"latitude": 31.8356, "longitude": 47.1448},
    "heading_degrees": 90,
    "lanes": ["1", "2"],
    "pixel_density": 220,
    "speed_limit_mps": 16.7,
    "state": "active",
}
