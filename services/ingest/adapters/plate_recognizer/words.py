"""Plate Recognizer's vocabulary: which of its words mean what, and every field that is known.

Sources: the vendor's guides of Stream and Snapshot, and the receivers that the vendor publishes
(parkpow/deep-license-plate-recognition).
"""

from services.ingest.payload.survey import vocabulary

KINDS: dict[str, str] = {
    "sedan": "car",
    "taxi": "car",
    "suv": "suv",
    "van": "van",
    "pickup truck": "pickup",
    "big truck": "truck",
    "truck": "truck",
    "bus": "bus",
    "rv": "camper",
    "motorcycle": "motorcycle",
    "bicycle": "bicycle",
}
_COLORS = "beige black blue brown gold gray green orange pink purple red silver white yellow"
COLORS = frozenset(_COLORS.split())
# What stands for a make or model that was not recognized.
NO_WORDS = frozenset({"", "unknown", "generic", "other", "none"})

_NAMES = """
hook target id event filename data camera_id timestamp timestamp_local timestamp_camera results box xmin ymin xmax ymax
plate region code score candidates dscore vehicle type direction source_url position_sec color model_make make_model
make model orientation speed speed_score user_data props value version processing_time usage calls max_calls file
plates text track_id is_valid orientation_score image url status uptime
"""
VOCABULARY = vocabulary(_NAMES)
