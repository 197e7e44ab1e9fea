"""LILIN: the list of reads, and the run-time status."""

import json
from typing import Any


def entry(plate: str = "13A12345", **changes: Any) -> dict[str, Any]:
    """One read of a list."""
    return {
        "INDEX": 1,
        "TS": "1772352000250000",
        "MOD_TS": "2026-03-01 08:00:00 GMT",
        "CAR_ID": "7",
        "LPR": plate,
        "RTIME": "900.0",
        "ACTION": "0",
        "ACT_PARAM": "allowed",
        "THRESHOLD": "0.81",
        "ROI_X": "10",
        "ROI_Y": "10",
        "ROI_W": "1900",
        "ROI_H": "1000",
        "LP_X": "700",
        "LP_Y": "400",
        "LP_W": "160",
        "LP_H": "40",
        "LP_BMP": "images/a.png",
        "ROI_BMP": "",
        "COUNTRY": "TUR",
        "LPR_USER": "",
        "LPR_PHONE": "",
    } | changes


def listed(*entries: dict[str, Any], **more: Any) -> bytes:
    """A list of reads."""
    return json.dumps({"LPR_COUNT": len(entries), "INFORMATION": list(entries)} | more).encode()


def status(*plates: str, flags: dict[str, int] | None = None, time: str = "2026-03-01 11:00:00") -> bytes:
    """A run-time status with these lines of plates."""
    up = {"MotionDetect": 0, "AlarmInput2Detect": 0, "AudioDetect": 0, "TemperDetect": 0, "Day": 1} | (flags or {})
    lines = "\n".join(f"{name}={value}" for name, value in up.items())
    return f"CamTime:{time}\n\n{lines}\n{chr(10).join(plates)}\n".encode()


LINE = (
    "LPR0=13A12345,ACT_PARAM0=Denial,ROI_X0=1,ROI_Y0=2,ROI_W0=3,ROI_H0=4,LP_X0=700,LP_Y0=400,LP_W0=160,LP_H0=40,"
    "LPR_TIME0=2026-03-01 08:00:00 GMT,LP_BMP0=LPR_IMAGE/b.png LPR1=,ACT_PARAM1=,LP_X1=,LPR_TIME1=,LP_BMP1="
)

EXAMPLES = {
    "list": listed(entry(), entry("A2", INDEX=2, TS="1772352001000000")),
    "status": status(LINE),
    "rules": status(flags={"MotionDetect": 1, "AlarmInput2Detect": 1}),
    "nothing": status(),
}
