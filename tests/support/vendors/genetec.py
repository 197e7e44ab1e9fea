"""Genetec: plate ingestion, and what AutoVu units export over HTTP and FTP."""

import base64
import json
from typing import Any

from tests.support.reading import JPEG, PNG


def ingestion(plate: str = "13 A 12345", **changes: Any) -> bytes:
    """A read as cameras post it to Security Center's plate ingestion."""
    return json.dumps(
        {
            "ReferenceReadId": "4021960700118",
            "ReferenceCameraId": "02005E100001",
            "Plate": plate,
            "Confidence": "0.91",
            "PlateStateProvince": "IRQ",
            "PlateImage": base64.b64encode(PNG).decode(),
            "ContextImage": base64.b64encode(JPEG).decode(),
            "CameraName": "gate north",
            "VehicleDirection": "Out",
            "ReadTimeUtc": "2026-03-01T08:00:00.250Z",
        }
        | changes
    ).encode()


def sharp(plate: str = "13 A 12345", analytics: dict[str, str] | None = None, **changes: Any) -> bytes:
    """A read as the HTTP extension of SharpOS posts it."""
    found = {"State Name": "-", "Confidence Score": "88", "Relative Motion": "Moving Away"} | (analytics or {})
    return json.dumps(
        {
            "ContextCameraName": "context",
            "ContextImage": base64.b64encode(JPEG).decode(),
            "Id": "5c3b1f8e-0a52-4f0e-9d3c-4f1d5a9f0b11",
            "Latitude": 31.8356,
            "Longitude": 47.1448,
            "LprCameraName": "lpr",
            "PlateAnalytics": [{"Key": key, "Score": 1.0, "Value": value} for key, value in found.items()],
            "PlateImage": "",
            "PlateRead": plate,
            "SourceUrl": "SHARP00001",
            "Timestamp": "2026-03-01T11:00:00.250",
        }
        | changes
    ).encode()


def sharp_xml(plate: str = "13 A 12345", timestamp: str = "2026-03-01T08:00:00.2500000+00:00") -> bytes:
    """The same in XML."""
    return f"""<Plate><ContextCameraName>context</ContextCameraName><ContextImage/><Id>5c3b1f8e-0a52-4f0e-9d3c</Id>
  <Latitude>0.0</Latitude><Longitude>0.0</Longitude><LprCameraName>lpr</LprCameraName>
  <PlateAnalytics><PlateAnalytics><Key>Confidence Score</Key><Score>1</Score><Value>100</Value></PlateAnalytics>
  <PlateAnalytics><Key>Speed</Key><Score>1</Score><Value>10 mph</Value></PlateAnalytics></PlateAnalytics>
  <PlateImage/><PlateRead>{plate}</PlateRead><SourceUrl>SHARP00001</SourceUrl><Timestamp>{timestamp}</Timestamp>
</Plate>""".encode()


def autovu(plate: str = "13 A 12345", date: str = "2026:03:01", clock: str = "08:00:00.250") -> bytes:
    """A read in the FTP template."""
    return f"""<?xml version="1.0" encoding="utf-8"?><AutoVu><Plate>{plate}</Plate><State>IRQ</State>
  <UTCDate>{date}</UTCDate><UTCTime>{clock}</UTCTime><CameraName>lpr</CameraName><SourceName>SHARP00001</SourceName>
  <ContextImage>{base64.b64encode(JPEG).decode()}</ContextImage><PlateImage></PlateImage>
  <LongitudeX>47.1448</LongitudeX><LatitudeY>31.8356</LatitudeY><Guid>5c3b1f8e-0a52</Guid>
  <ConfidenceScore>77</ConfidenceScore></AutoVu>""".encode()


def exporter(plate: str = "13 A 12345", **changes: Any) -> bytes:
    """A read as Security Center's third-party data exporter posts it."""
    return json.dumps(
        {
            "Attributes": {"Relative Motion": "Moving Away", "Confidence Score": "66", "Vehicle Make": "-"},
            "CameraName": "SHARP00001 - lpr",
            "ContextImage": base64.b64encode(JPEG).decode(),
            "DateUtc": "03/01/2026",
            "TimeUtc": "08:00:00",
            "Plate": plate,
        }
        | changes
    ).encode()


EXAMPLES = {
    "exporter": exporter(),
    "ingestion": ingestion(),
    "sharp": sharp(),
    "sharp in xml": sharp_xml(),
    "ftp template": autovu(),
}
