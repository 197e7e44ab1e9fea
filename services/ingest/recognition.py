"""Which camera sends over a connection on which nothing can be proven: by its address, or its serial number. No IO.

A camera that is registered with an address is taken from there and from nowhere else. One without an address is known
by the serial number that stands in its messages, from wherever they come. What fits two cameras is neither.
"""

from services.ingest.admission import Refused
from services.ingest.devices import Device, Devices


def may_send(devices: Devices, address: str) -> bool:
    """Whether somebody at this address may turn out to be a camera: one is registered there."""
    return any(device.state != "retired" for device in devices.at(address))


def sender(devices: Devices, address: str, serial: str | None) -> Device | Refused:
    """The camera that sent a message with this serial number (None: it says none) from this address."""
    numbered = () if serial is None else devices.numbered(serial)
    fitting = [device for device in numbered if device.address in {None, address}]
    here = devices.at(address)
    if len(fitting) == 1 and (not here or fitting[0] in here):
        return _unless_retired(fitting[0])
    if numbered and len(fitting) < 2:  # noqa: PLR2004 - two of one number: nobody knows which
        return Refused("other_camera", numbered[0].camera_id)
    if len(here) != 1 or fitting:
        return Refused("unknown_camera")
    if serial is not None and here[0].serial not in {None, serial}:
        return Refused("other_camera", here[0].camera_id)
    return _unless_retired(here[0])


def _unless_retired(device: Device) -> Device | Refused:
    return Refused("retired", device.camera_id) if device.state == "retired" else device
