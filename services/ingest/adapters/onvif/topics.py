"""What the topics of events mean, ONVIF's own and those of its makers.

Makers hang their own topics into ONVIF's tree (`tns1:RuleEngine/MyRuleDetector/PeopleDetect`,
`tns1:RuleEngine/VehicleDetector/tnshik:Vehicle`) and name them by what they watch for, so a topic that is not listed
is understood by the words in its path; one without such a word is a rule of kind `other`.
"""

import re
from functools import lru_cache

from rasid.contract.detections import ObjectClass, RuleKind
from rasid.contract.devices import Component, HealthState

PLATE = re.compile(r"recognition/licenseplate|licenseplaterecognition")
FACE = re.compile(r"recognition/face|facerecognition")
COUNT = re.compile(r"countaggregation|/counter$|occupancycounter|objectcount|crosslinecounting|peoplecounting")
# The first word that is found decides: a line crossing is sent below a motion detector.
_RULES: tuple[tuple[str, RuleKind], ...] = (
    (r"loiter", "loitering"),
    (r"tamper|scenechange|shelter|sabotage|defocus|casing", "tamper"),
    (r"wrongway|wrongdirection|retrograde|reversedirection|directiondetector", "wrong_way"),
    (r"linecross|crossline|linedetect|/crossed|crosses|tripwire|fenceguard|virtualline", "line_crossed"),
    (r"regionentrance|enterarea|entering|regionenter", "zone_entered"),
    (r"regionexit|leavearea|exiting|regionleave", "zone_left"),
    (r"intrusion|fielddetect|objectsinside|isinside|objectinarea|inarea", "zone_intrusion"),
    (r"illegalparking|parkingdetect|parked|stoppedvehicle", "parking"),
    (r"speeding|speeddetect|overspeed", "speeding"),
    (r"redlight", "red_light"),
    (r"crowd|queue|density|gathering", "crowd"),
    (r"digitalinput|alarmin|io/port|inputport|virtualinput", "digital_input"),
    (r"audio|sound|scream|gunshot|glassbreak", "audio"),
    (r"motion|pir$|vmd|cellmotion", "motion"),
)
_OBJECTS: tuple[tuple[str, ObjectClass], ...] = (
    (r"people|person|human|pedestrian", "person"),
    (r"facedetect|/face$", "face"),
    (r"vehicle|motorcycle|/car", "vehicle"),
    (r"dogcat|animal|/pet|petdetect", "animal"),
    (r"baggage|luggage", "bag"),
    (r"package", "other"),
)
_TROUBLES: tuple[tuple[str, Component, HealthState], ...] = (
    (r"^device/hardwarefailure/fan|fanfailure", "fan", "failed"),
    (r"powersupplyfailure|powersupply", "power", "failed"),
    (r"storagefailure|harddiskfailure|disruption|storage/health", "storage", "failed"),
    (r"storagefull|storagealert|diskfull", "storage", "degraded"),
    (r"temperaturecritical", "temperature", "failed"),
    (r"^device/.*temperature", "temperature", "degraded"),
    (r"signalloss|videoloss|networklost|network/lost|connectionlost", "link", "failed"),
    (r"imagetooblurry|imagetoodark|imagetoobright", "lens", "degraded"),
    (r"recordingfailure|jobstate", "recorder", "failed"),
)
# Nothing of the scene and nothing that breaks: what a device does, was set to or was told to do.
NOT_TAKEN = re.compile(
    r"^(ptzcontroller|media|configuration|recordingconfig|recordinghistory|lightcontrol|useralarm|"
    r"advancedsecurity|accesscontrol|credential|schedule|pointofsale|imaging)\b|daynight|dayandnight|livestream|"
    r"operationmode|light/status",
)
MONITORING = "monitoring/"


@lru_cache(1024)
def rule_of(path: str) -> RuleKind:
    """What a rule watches for, by its topic."""
    return next((kind for pattern, kind in _RULES if re.search(pattern, path)), "other")


@lru_cache(1024)
def object_of(path: str) -> ObjectClass | None:
    """What a topic says was seen; None when it says nothing of that."""
    return next((klass for pattern, klass in _OBJECTS if re.search(pattern, path)), None)


@lru_cache(1024)
def trouble_of(path: str) -> tuple[Component, HealthState] | None:
    """Which component a topic reports on, and its state when what it reports is so."""
    return next(((component, state) for pattern, component, state in _TROUBLES if re.search(pattern, path)), None)
