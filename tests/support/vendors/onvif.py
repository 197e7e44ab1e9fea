"""ONVIF: metadata stream, notifications, SOAP around them, and JSON over MQTT, from the specification's description."""

import base64
import json

from tests.support.reading import JPEG
from tests.support.vendors import Example

AT = "2026-03-01T08:00:00.000Z"
NAMESPACES = (
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" '
    'xmlns:tns1="http://www.onvif.org/ver10/topics"'
)
# Pixels of a frame of 1000 x 500, origin top left, y downwards.
PIXELS = '<tt:Transformation><tt:Translate x="-1" y="1"/><tt:Scale x="0.002" y="-0.004"/></tt:Transformation>'
IMAGE = base64.b64encode(JPEG).decode()


def stream(*content: str) -> bytes:
    """A metadata stream."""
    return f'<?xml version="1.0"?><tt:MetadataStream {NAMESPACES}>{"".join(content)}</tt:MetadataStream>'.encode()


def frame(*content: str, at: str = AT, more: str = "") -> str:
    """A frame of the scene description."""
    return f'<tt:VideoAnalytics><tt:Frame UtcTime="{at}"{more}>{"".join(content)}</tt:Frame></tt:VideoAnalytics>'


def thing(object_id: str, appearance: str = "", *, parent: str = "", behaviour: str = "") -> str:
    """An object of a frame."""
    attributes = f' ObjectId="{object_id}"' + (f' Parent="{parent}"' if parent else "")
    after = f"<tt:Behaviour>{behaviour}</tt:Behaviour>" if behaviour else ""
    return f"<tt:Object{attributes}><tt:Appearance>{appearance}</tt:Appearance>{after}</tt:Object>"


def box(left: float, top: float, right: float, bottom: float, transformation: str = "") -> str:
    """A shape."""
    edges = f'left="{left}" top="{top}" right="{right}" bottom="{bottom}"'
    return f"{transformation}<tt:Shape><tt:BoundingBox {edges}/></tt:Shape>"


def klass(word: str, likelihood: float | None = 0.9) -> str:
    """A class of today's form."""
    sure = "" if likelihood is None else f' Likelihood="{likelihood}"'
    return f"<tt:Class><tt:Type{sure}>{word}</tt:Type></tt:Class>"


def plate_info(text: str, country: str = "IRQ", likelihood: float = 0.93) -> str:
    """A plate's description."""
    return (
        f'<tt:LicensePlateInfo><tt:PlateNumber Likelihood="{likelihood}">{text}</tt:PlateNumber>'
        '<tt:PlateType Likelihood="0.8">Normal</tt:PlateType>'
        f'<tt:CountryCode Likelihood="0.7">{country}</tt:CountryCode>'
        "</tt:LicensePlateInfo>"
    )


def simple(**items: str) -> str:
    """Simple items."""
    return "".join(f'<tt:SimpleItem Name="{name}" Value="{value}"/>' for name, value in items.items())


def notification(
    topic: str,
    data: str,
    *,
    source: str = "",
    key: str = "",
    operation: str = "Changed",
    at: str = AT,
) -> str:
    """A notification message."""
    how = f' PropertyOperation="{operation}"' if operation else ""
    return (
        f'<wsnt:NotificationMessage><wsnt:Topic Dialect="any"> {topic} </wsnt:Topic><wsnt:Message>'
        f'<tt:Message UtcTime="{at}"{how}><tt:Source>{source}</tt:Source><tt:Key>{key}</tt:Key>'
        f"<tt:Data>{data}</tt:Data>"
        "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )


def event(topic: str, data: str, **options: str) -> bytes:
    """A metadata stream with one notification."""
    return stream(f"<tt:Event>{notification(topic, data, **options)}</tt:Event>")


def soap(content: str, response: str = "PullMessagesResponse") -> bytes:
    """A SOAP answer or push."""
    return (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" {NAMESPACES}>'
        f"<s:Header/><s:Body><tev:{response}>{content}</tev:{response}></s:Body></s:Envelope>"
    ).encode()


VEHICLE = thing(
    "12",
    klass("Vehicle")
    + box(100, 100, 500, 300, PIXELS)
    + "<tt:VehicleInfo><tt:Type Likelihood='0.8'>Car</tt:Type>"
    + "<tt:Brand Likelihood='0.6'>Toyota</tt:Brand></tt:VehicleInfo>"
    + '<tt:GeoLocation lat="31.84" lon="47.14" elevation="9"/>',
    behaviour="<tt:Speed>12.5</tt:Speed>",
)
PLATE = thing(
    "14", klass("LicensePlate", 0.7) + box(250, 250, 350, 280, PIXELS) + plate_info("13 H 45678"), parent="12"
)
PERSON = thing(
    "20",
    klass("Human", 0.8)
    + box(-0.5, 0.5, 0, -0.5)
    + "<tt:HumanFace><fc:Gender>Male</fc:Gender><fc:Age><tt:Min>20</tt:Min></fc:Age></tt:HumanFace>"
    + "<tt:HumanBody><bd:Belonging/></tt:HumanBody>"
    + f"<tt:Image>{IMAGE}</tt:Image>",
)
FACE = thing("21", klass("Face", 0.8) + box(-0.3, 0.5, -0.2, 0.4) + f"<tt:Image>{IMAGE}</tt:Image>", parent="20")

CROSSED = "tns1:RuleEngine/LineDetector/Crossed"
RULE = simple(VideoSource="1", Rule="gate")
EXAMPLES = {
    "plate with its vehicle": stream(frame(VEHICLE, PLATE)),
    "person and face": stream(frame(PERSON, FACE)),
    "empty frame": stream(frame()),
    "line crossed": event(CROSSED, simple(ObjectId="15"), source=RULE),
    "plate event": event(
        "tns1:RuleEngine/Recognition/LicensePlate",
        simple(Likelihood="0.91", ObjectId="14", ParentObjectId="12")
        + f'<tt:ElementItem Name="LicensePlateInfo">{plate_info("13 H 45678")}</tt:ElementItem>',
    ),
    "pull point": soap(notification("tns1:Device/HardwareFailure/FanFailure", simple(Failed="true"))),
    "event over MQTT": Example(
        json.dumps({"UtcTime": AT, "Source": {"VideoSource": "1", "Rule": "gate"}, "Data": {"ObjectId": 15}}).encode(),
        topic="cam/onvif-ej/RuleEngine/LineDetector/Crossed/&1/gate",
    ),
    "frame over MQTT": Example(
        json.dumps(
            {
                "Frame": [
                    {
                        "@UtcTime": AT,
                        "Object": [
                            {
                                "@ObjectId": 3,
                                "Appearance": {
                                    "Class": {"Type": [{"@Likelihood": 0.8, "#text": "Car"}]},
                                    "Shape": {
                                        "BoundingBox": {"@left": -0.5, "@top": 0.5, "@right": "0.5", "@bottom": -0.5}
                                    },
                                },
                            }
                        ],
                    }
                ]
            }
        ).encode(),
        topic="cam/onvif-mj/VideoAnalytics/1/Classifier",
    ),
}
