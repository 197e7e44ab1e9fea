"""What each make typically posts of one vehicle: a payload of one event, without pictures, its plate another each time.

Pictures are left out because taking them out of base64 and hashing them is measured with their storing; a payload that
is XML in one format and JSON in another is here in the form its cameras send most, ONVIF's and Milestone's in both.
"""

import json
from typing import Any, NamedTuple

from rasid.testing.clock import START
from tests.support.vendors import (
    axis,
    dahua,
    deepstream,
    frigate,
    gat1400,
    genetec,
    lectorvision,
    lilin,
    milestone,
    onvif,
    openalpr,
    plate_recognizer,
    rasid,
    tattile,
    unifi_protect,
)
from tools.demo.hikvision import anpr_xml

PLATE = "13A12345"


class Typical(NamedTuple):
    """A payload as one make sends it. `written` are the digits in it that differ from post to post."""

    adapter: str
    form: str
    body: bytes
    topic: str = ""
    written: bytes = b"12345"

    def numbered(self, number: int) -> bytes:
        """The same of another vehicle."""
        return self.body.replace(self.written, b"%05d" % number)

    @property
    def document(self) -> slice:
        """Where its XML or JSON stands in it."""
        return slice(self.body.index(b"<" if self.form == "XML" else b"{"), None)


def typical() -> list[Typical]:
    """One payload of each adapter, two of those that speak XML and JSON, in the adapters' order."""
    return [
        Typical("onvif", "XML", _onvif_frame()),
        Typical("onvif", "JSON", _onvif_event(), topic="gate/onvif-ej/RuleEngine/Recognition/LicensePlate"),
        Typical("hikvision", "XML", anpr_xml("13 A 12345", captured_at=START, event_id="0e0bb7a5")),
        Typical("dahua", "JSON", dahua.record("TrafficJunction", data=dahua.junction())),
        Typical("axis", "JSON", axis.body(axis.push(plateUTF8=PLATE, plateText=PLATE, plateASCII=PLATE))),
        Typical("frigate", "JSON", frigate.event(recognized_license_plate=[PLATE, 0.93])),
        Typical("openalpr", "JSON", _openalpr_group()),
        Typical("plate_recognizer", "JSON", _with_plate(plate_recognizer.webhook(), b"21h11111")),
        Typical("deepstream", "JSON", deepstream.full(described=deepstream.vehicle(PLATE))),
        Typical("unifi_protect", "JSON", _with_plate(unifi_protect.EXAMPLES["plate"], b"21H11111")),
        Typical("milestone", "XML", milestone.bridged(0.8), written=b"28DC4"),
        Typical("milestone", "JSON", _milestone_plate()),
        Typical("genetec", "JSON", _genetec_read()),
        Typical("tattile", "XML", tattile.message(IMAGE_OCR=None, IMAGE_CTX=None)),
        Typical("lectorvision", "JSON", _json(lectorvision.vehicle(PLATE, ImageOCR=""))),
        Typical("lilin", "JSON", lilin.listed(lilin.entry(PLATE))),
        Typical("gat1400", "JSON", _gat1400_vehicle()),
        Typical("rasid", "JSON", rasid.body(rasid.event(vehicle={"kind": "car", "speed_mps": 11.5}))),
    ]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _with_plate(body: bytes, instead_of: bytes) -> bytes:
    return body.replace(instead_of, PLATE.encode())


def _onvif_frame() -> bytes:
    """A frame with a vehicle and its plate."""
    return _with_plate(onvif.stream(onvif.frame(onvif.VEHICLE, onvif.PLATE)), b"13 H 45678")


def _onvif_event() -> bytes:
    """An event as JSON over MQTT: a plate that was recognized."""
    return _json(
        {
            "UtcTime": onvif.AT,
            "Source": {"VideoSource": "source-1", "Rule": "plates"},
            "Data": {
                "ObjectId": "15",
                "LicensePlateInfo": {
                    "PlateNumber": {"#text": PLATE, "@Likelihood": 0.93},
                    "PlateType": {"#text": "Normal", "@Likelihood": 0.8},
                    "CountryCode": {"#text": "IRQ", "@Likelihood": 0.7},
                },
                "VehicleInfo": {"Type": {"#text": "Car", "@Likelihood": 0.9}, "Color": {"#text": "White"}},
                "BoundingBox": {"@left": -0.5, "@top": 0.5, "@right": 0.5, "@bottom": -0.5},
            },
        }
    )


def _openalpr_group() -> bytes:
    """A group of a vehicle's frames, without its pictures."""
    group = openalpr.group(best_plate=openalpr.plate(), vehicle_crop_jpeg="")
    return _with_plate(_json(group), b"21H11111")


def _milestone_plate() -> bytes:
    """An analytic event about a plate."""
    return milestone.analytic({"class": "LicensePlate", "readout": PLATE}, includesSnapshot=None, triggeredByRule=None)


def _genetec_read() -> bytes:
    """A read as the extension of SharpOS posts it, with what the unit found out."""
    found = {"Vehicle Make": "Toyota", "Vehicle Type": "Car", "Vehicle Color": "White", "Speed": "40 km/h"}
    return genetec.sharp(PLATE, found, ContextImage="")


def _gat1400_vehicle() -> bytes:
    """A vehicle in a list of one, its pictures named and not in it."""
    images = tuple(gat1400.image(kind, Data="") for kind in ("01", "02"))
    return gat1400.listed("MotorVehicle", gat1400.vehicle("京A12345", *images))
