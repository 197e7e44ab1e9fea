"""Hikvision: EventNotificationAlert in XML, in JSON, with pictures, and as a stream."""

import json

from rasid.testing.clock import START
from tests.support.reading import JPEG
from tests.support.vendors import Example
from tools.demo.hikvision import alarm_xml, anpr_xml, heartbeat_xml, multipart

CONTENT_TYPE, POST = multipart(anpr_xml(captured_at=START), {"licensePlatePicture": JPEG, "detectionPicture": JPEG})

EXAMPLES = {
    "plate": anpr_xml("蓝皖A7XG66", captured_at=START, event_id="e-1"),
    "plate with pictures": Example(POST, CONTENT_TYPE),
    "intrusion": alarm_xml("fielddetection", captured_at=START),
    "heartbeat": heartbeat_xml(captured_at=START),
    "json": json.dumps(
        {
            "ipAddress": "192.0.2.1",
            "channelID": 1,
            "dateTime": "2026-03-01T11:00:00+03:00",
            "activePostCount": 1,
            "eventType": "linedetection",
            "eventState": "active",
            "eventDescription": "linedetection alarm",
        }
    ).encode(),
}
