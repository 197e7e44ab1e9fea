"""Hikvision's vocabulary: which of its words mean what, and which of its fields may not be kept.

Sources: EventNotificationAlert as published by integrators (parkpow/deep-license-plate-recognition,
maciej-or/hikvision_next) and Hikvision's ISAPI guides. What is not listed here is counted as unknown, never guessed.
"""

from rasid.contract.detections import Direction, ImageKind, ObjectClass, RuleKind
from rasid.contract.devices import Component, HealthState

# Event types are compared in lower case: firmware varies it.
RULES: dict[str, RuleKind] = {
    "linedetection": "line_crossed",
    "fielddetection": "zone_intrusion",
    "regionentrance": "zone_entered",
    "regionexiting": "zone_left",
    "loitering": "loitering",
    "vmd": "motion",
    "motiondetection": "motion",
    "pir": "motion",
    "shelteralarm": "tamper",
    "tamperdetection": "tamper",
    "scenechangedetection": "tamper",
    "io": "digital_input",
    "audioexception": "audio",
    "audiodetection": "audio",
    "group": "crowd",
    "parking": "parking",
    "rapidmove": "other",
    "unattendedbaggage": "other",
    "attendedbaggage": "other",
}
# A rule that goes on: the event says which.
CONTINUING = "duration"

Trouble = tuple[Component, HealthState]
TROUBLES: dict[str, Trouble] = {
    "videoloss": ("link", "failed"),
    "nicbroken": ("link", "failed"),
    "ipconflict": ("link", "degraded"),
    "diskfull": ("storage", "degraded"),
    "diskerror": ("storage", "failed"),
    "recordingfailure": ("recorder", "failed"),
    "recordexception": ("recorder", "failed"),
    "defocus": ("lens", "degraded"),
}
HEARTBEAT = "videoloss"
# What others, terminals and newer firmware, send for it, always "active".
HEARTBEAT_BY_NAME = "heartbeat"

TARGETS: dict[str, ObjectClass] = {
    "human": "person",
    "pedestrian": "person",
    "vehicle": "vehicle",
    "animal": "animal",
    "others": "other",
    "other": "other",
}

# "vehicle" is the car and "buggy" the light truck of the Chinese original.
VEHICLE_KINDS: dict[str, str] = {
    "vehicle": "car",
    "car": "car",
    "sedan": "car",
    "smallcar": "car",
    "minicar": "car",
    "coupe": "car",
    "suvmpv": "suv",
    "suv": "suv",
    "mpv": "suv",
    "van": "van",
    "minibus": "minibus",
    "mediumbus": "bus",
    "largebus": "bus",
    "bus": "bus",
    "truck": "truck",
    "buggy": "light_truck",
    "minitruck": "light_truck",
    "pickuptruck": "pickup",
    "twowheelvehicle": "two_wheeler",
    "motorcycle": "motorcycle",
    "threewheelvehicle": "three_wheeler",
}
PEDESTRIAN = "pedestrian"

COLORS: dict[str, str] = {
    "white": "white",
    "silver": "silver",
    "gray": "gray",
    "grey": "gray",
    "deepgray": "gray",
    "black": "black",
    "red": "red",
    "blue": "blue",
    "deepblue": "blue",
    "yellow": "yellow",
    "green": "green",
    "brown": "brown",
    "pink": "pink",
    "purple": "purple",
    "cyan": "cyan",
    "orange": "orange",
    "newenergyyellowgreen": "green",
    "newenergygreen": "green",
    "civilaviationblack": "black",
    "civilaviationgreen": "green",
}

# Along or against the direction set for the lane; whether that is towards the camera depends on how it hangs.
DIRECTIONS: dict[str, Direction] = {"forward": "forward", "reverse": "backward"}

LISTS: dict[str, str] = {
    "allowlist": "allow",
    "whitelist": "allow",
    "white": "allow",
    "blocklist": "block",
    "blacklist": "block",
    "black": "block",
    "temporary": "temporary",
    "temporarylist": "temporary",
    "otherlist": "other",
    "other": "other",
}

PICTURES: dict[str, ImageKind] = {
    "licenseplatepicture": "plate",
    "platebinarypicture": "plate",
    "vehiclepicture": "vehicle",
    "featurepicture": "vehicle",
    "humanimage": "person",
    "humanpicture": "person",
    "backgroundimage": "overview",
    "facebackgroundimage": "overview",
}
# Crops of the people in the front seats.
PICTURES_OF_PERSONS = frozenset({"pilotpicture", "vicepilotpicture", "copilotpicture"})
# What the picture is called that a person was enrolled with, which comes along with a comparison: `faceLibImage`.
PICTURES_OF_ENROLLED = "facelib"

NOTHING = frozenset({"", "unknown", "unknow", "other", "none", "no_data"})

# The characters that stand before a Chinese plate's text and say its color.
PLATE_COLOR_PREFIXES = frozenset("蓝黄白黑绿")
# 黑 is also Heilongjiang's own first character.
ALSO_A_PROVINCE = "黑"

# What people do, wear and look like, and who a device takes them for. Never kept, anywhere; counted.
ATTRIBUTES = """
pilotsafebelt vicepilotsafebelt pilotStandardSafebelt vicepilotStandardSafebelt pilotsunvisor vicepilotsunvisor
pilotmask vicepilotMask uphone smoking frontChild helmet nation hat mask attribute Property
currTemperature faceTemperature isAbnomalTemperature isAbnormalTemperature livenessDetectionStatus
"""
IDENTIFICATION = """
FPID FDID FDName PID name personName humanName similarity certificateNumber employeeNo employeeNoString
ownerName phoneNumber bornTime identification
identify candidate FaceContrastResult faceContrastResult FaceAppendData human_id humanID reserve_field personInfo
PersonInfo FDLibName blackListName
"""
