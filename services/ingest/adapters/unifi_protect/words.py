"""UniFi Protect's vocabulary: which of its words mean what, and every field that is known.

Sources: the types and anonymised events that uilibs/uiprotect publishes, and receivers of the Alarm Manager's webhook.
"""

from rasid.contract.detections import ObjectClass, RuleKind
from rasid.contract.devices import Component, HealthState
from services.ingest.payload.survey import vocabulary

# What a smart detection is of, by `smartDetectTypes`, `objectType` and the keys of an alarm's triggers.
SUBJECTS: dict[str, ObjectClass] = {
    "person": "person",
    "vehicle": "vehicle",
    "car": "vehicle",
    "licensePlate": "vehicle",
    "animal": "animal",
    "pet": "animal",
    "package": "other",
    "face": "face",
}
# Sounds are smart detections as well: `alrmSmoke`, `alrmGlassBreak` ...
SOUND = "alrm"

RULES: dict[str, RuleKind] = {
    "motion": "motion",
    "sensorMotion": "motion",
    "alarmHubMotion": "motion",
    "lightMotion": "motion",
    "smartAudioDetect": "audio",
    "ring": "other",
    "sensorOpened": "digital_input",
    "sensorClosed": "digital_input",
    "sensorButtonPressed": "digital_input",
    "relayInputChanged": "digital_input",
    "alarmHubEntryOpened": "digital_input",
    "alarmHubEntryClosed": "digital_input",
    "alarmHubButtonPress": "digital_input",
    "sensorTamper": "tamper",
    "alarmHubTamper": "tamper",
    "alarmHubGlassBreak": "audio",
    "sensorAlarm": "other",
    "sensorWaterLeak": "other",
    "alarmHubSmoke": "other",
}
# Rules over what was detected; the zone of `smartDetectZone` is no more than where the camera looks.
SMART_RULES: dict[str, RuleKind] = {"smartDetectLine": "line_crossed", "smartDetectLoiterZone": "loitering"}
SMART_ZONE = "smartDetectZone"

CONNECTED = frozenset({"cameraConnected", "deviceConnected", "cameraRebooted", "deviceRebooted", "reboot"})
DISCONNECTED = frozenset(
    {"disconnect", "cameraDisconnected", "deviceDisconnected", "networkDeviceOffline", "offline", "off"},
)
TROUBLES: dict[str, tuple[Component, HealthState]] = {
    "poorConnection": ("link", "degraded"),
    "consolidatedPoorConnection": ("link", "degraded"),
    "resolutionLowered": ("link", "degraded"),
    "consolidatedResolutionLowered": ("link", "degraded"),
    "streamRecovery": ("link", "ok"),
    "driveFailed": ("storage", "failed"),
    "driveSlow": ("storage", "degraded"),
    "corruptedDbRecovered": ("storage", "degraded"),
    "recordingOff": ("recorder", "degraded"),
    "sensorBatteryLow": ("power", "degraded"),
    "alarmHubBatteryLow": ("power", "degraded"),
    "cameraUtilizationLimitExceeded": ("recorder", "degraded"),
}
# Who somebody is, by finger, card, face or telephone: not taken, whatever it holds.
OF_PERSONS = frozenset(
    {
        *("fingerprintIdentified", "nfcCardScanned", "doorAccess", "faceGroupDetected"),
        *("userLeft", "userArrived", "access"),
    },
)

KINDS: dict[str, str] = {
    "car": "car",
    "sedan": "car",
    "hatchback": "car",
    "suv": "suv",
    "pickup": "pickup",
    "truck": "truck",
    "van": "van",
    "minivan": "van",
    "bus": "bus",
    "motorcycle": "motorcycle",
    "bicycle": "bicycle",
}

_NAMES = """
id modelKey type item start end score smartDetectTypes smartDetectEvents camera device event partition metadata
thumbnail heatmap timestamp category reason detectedThumbnails clockBestWall croppedId attributes coord confidence
objectId group licensePlate confidenceLevel name matchedName color vehicleType val payload depth speed objectType zones
lines duration stationary firstShownTimeMs idleSinceTimeMs zone line loiter alarm sources conditions condition source
triggers key value eventId eventPath eventLocalLink trackerId isFavorite favoriteObjectIds description
detectedAreas thumbnailId thumbnailFullfovId deletionType doorlockId sensorId sensorName lightId lightName mac status
state newUpdateId action lineStatus ringType locked
"""
# What people are and look like, and who they are; a plate's `matchedName` is the plate.
_ATTRIBUTES = "ramDescription ramClassifications faceMask clothing upperColor lowerColor hairColor glasses"
_IDENTIFICATION = "user fingerprint nfc ulpId userId faceEmbed userName"
VOCABULARY = vocabulary(_NAMES, attributes=_ATTRIBUTES, identification=_IDENTIFICATION)
