"""Which cameras a message on an MQTT topic is from: as they are registered. No IO.

A camera is registered with a topic filter (`mqtt_topic`), and with the name by which a program that speaks for several
calls it (`channel`). What fits no camera, or names one that nobody registered, is nobody's.
"""

from functools import lru_cache

from services.ingest.adapters import frigate
from services.ingest.admission import Refused
from services.ingest.devices import Device, Devices

SEPARATOR = "/"
ONE, REST = "+", "#"
# Topics and filters of a whole city, so that each pair is compared once.
PAIRS = 1 << 16


@lru_cache(PAIRS)
def fits(topic_filter: str, topic: str) -> bool:
    """Whether a broker would deliver `topic` to whoever subscribed to `topic_filter`."""
    wanted, levels = topic_filter.split(SEPARATOR), topic.split(SEPARATOR)
    if wanted[-1] == REST:
        wanted = wanted[:-1]
        if levels[0].startswith("$") and not wanted:
            return False
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(one in {ONE, level} for one, level in zip(wanted, levels, strict=True))


def addressees(devices: Devices, topic: str, body: bytes) -> tuple[Device, ...] | Refused:
    """The cameras this message is from: one, or all of a program that speaks of itself."""
    fitting = [device for device in devices.on_topics() if fits(device.mqtt_topic or "", topic)]
    live = [device for device in fitting if device.state != "retired"]
    if not live:
        return Refused("retired", fitting[0].camera_id) if fitting else Refused("unknown_camera")
    named = [device for device in live if device.channel is not None]
    if not named:
        return (live[0],) if len(live) == 1 else Refused("unknown_camera")
    channel = frigate.camera_of(topic, body)
    if channel is None:
        levels = set(topic.split(SEPARATOR))
        own = [device for device in named if device.channel in levels]
    else:
        own = named if channel == frigate.ALL_CAMERAS else [device for device in named if device.channel == channel]
    is_one = len(own) == 1 or channel == frigate.ALL_CAMERAS
    return tuple(own) if own and is_one else Refused("unknown_camera")
