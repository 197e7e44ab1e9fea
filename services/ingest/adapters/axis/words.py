"""Axis's vocabulary: which of its words mean what. What is not listed is kept raw, never guessed."""

from rasid.contract.detections import ImageKind, ObjectClass, Phase
from services.ingest.payload.survey import vocabulary

PHASES: dict[str, Phase] = {"new": "new", "update": "update", "updated": "update", "lost": "end"}
# The order in which a vehicle is told of.
RANKS: dict[Phase, int] = {"new": 0, "update": 1, "end": 2}
LISTS = {
    "allow": "allow",
    "allowlist": "allow",
    "whitelist": "allow",
    "block": "block",
    "blocklist": "block",
    "blacklist": "block",
}
PICTURES: dict[str, ImageKind] = {
    "plate": "plate",
    "lp": "plate",
    "vehicle": "vehicle",
    "mmrcrop": "vehicle",
    "frame": "overview",
    "roi": "overview",
}
CROPS: dict[ObjectClass, ImageKind] = {"person": "person", "face": "face", "vehicle": "vehicle", "plate": "plate"}
NOTHING = frozenset({"", "unknown", "unk", "none", "null", "no action", "undefined"})

VOCABULARY = vocabulary(
    """
    ALPV BinaryImage GEOtarget IPAddress ImageArray ImageFormat ImageType MACAddress ProdShortName SerialNumber
    SchedulerID action active anprVersion bounding_box bottom brand camera_info capture_timestamp capture_ts carID
    cameraId carMoveDirection carState channel_id class classes classTypes colors color confidence confidenceColor
    confidenceMMR coordinates country country_code crop_box data datetime detections device_ID duration end_time
    extended frame frame_timestamp geoposition geotag hits id identify image imageArray imageFile imageFile2 imageType
    image_data imagesURI ipAddress key label lat latitude left license_plate license_plate_id lon longitude macAddress
    message model name numFrames numFramesAvg numberOfReads objectId object_track_id observations operations osVersion
    packetCounter parts path plateASCII plateConfidence plateCoordinates plateCoordinatesRelative plateCountry
    plateISO3166-2 plateImageSize plateImageType plateList plateListMode plateRegion plateRegionCode plateText
    plateUTF8 plateUnicode platform profileID reason right roiID score sensorProviderID serial source speed start_time
    system text timeProcessing timestamp top topic track_events track_id triggerTime type vehicle_info velocity version
    view x y from_id to_id from to
    """,
    attributes="""upper_clothing_colors lower_clothing_colors clothing hat bag hair face_visible head_id face_id
    hardhat mask""",
    identification="plateListDescription listDescription",
)


def meaningful(word: str | None) -> str | None:
    """A word of the device, or None where it stands for nothing."""
    return None if word is None or word.lower() in NOTHING else word
