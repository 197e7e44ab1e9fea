"""Tattile's vocabulary: its tags, and which of its words mean what."""

from rasid.contract.detections import Direction, ImageKind
from services.ingest.payload.survey import vocabulary

# What a reader writes that saw a vehicle and no plate.
NOT_READ = frozenset({"no_plate", "noplate", "not_read", "notread", "no plate", "not read", "-", "none"})
DIRECTIONS: dict[str, Direction] = {
    "goaway": "departing",
    "go_away": "departing",
    "away": "departing",
    "approach": "approaching",
    "approaching": "approaching",
    "arriving": "approaching",
    "coming": "approaching",
}
PICTURES: dict[str, ImageKind] = {
    "IMAGE_OCR": "plate",
    "IMAGE_PLATE": "plate",
    "IMAGE_CTX": "overview",
    "IMAGE_BW": "overview",
    "IMAGE_COL": "overview",
    "IMAGE_COLOR": "overview",
}
VOCABULARY = vocabulary(
    """
    PLATE_STRING PLATE PLATE_HASH PLATE_NOT_READ PLATE_COUNTRY PLATE_PROVINCE PLATE_COUNTRY_CODE PLATE_REGION DATE TIME
    DEVICE_SN DEVICE_NAME SN NETBIOSNAME OCRSCORE OCRSCORE_CHAR DIRECTION LANE_ID LANE_DESCR CHAR_HEIGHT CHAR_WIDTH
    PLATE_CHAR_HEIGHT ORIG_PLATE_MIN_X ORIG_PLATE_MIN_Y ORIG_PLATE_MAX_X ORIG_PLATE_MAX_Y PLATE_MIN_X PLATE_MIN_Y
    PLATE_MAX_X PLATE_MAX_Y IMAGE_OCR IMAGE_CTX IMAGE_BW IMAGE_COL IMAGE_COLOR IMAGE_PLATE IMAGENAME IMAGEPATH NREAD
    SPEED CLASS CLASS_STRING VEHICLE_TYPE VEHICLE_TYPE_NUM BRAND MODEL COLOR TRANSIT_ID TRIGGER_COUNT NET_TRIG_ID
    EVENT_DESC PLATE_COLOR_STRING SHUTTER GAIN STROBO AI_LEVEL POS ACTUAL_LICENSE DIAG_STATUS DIAG_MASK DIAG_STRING
    ACQUISITION_MODE PLATE_DESC_A PLATE_DESC_B QUALIF_0 QUALIF_1 QUALIF_0_DESC QUALIF_1_DESC OCCUPANCY_TIME GAP_TIME
    GAIN_RED GAIN_BLUE PLATE_STD PLATE_TRL PLATE_ADR GRAB_MODE
    """,
)
