"""Dahua's vocabulary: which of its codes and words mean what."""

from rasid.contract.detections import Direction, ObjectClass, RuleKind
from rasid.contract.devices import Component, HealthState

# Event codes are compared in lower case.
RULES: dict[str, RuleKind] = {
    "crosslinedetection": "line_crossed",
    "crossregiondetection": "zone_intrusion",
    "wanderdetection": "loitering",
    "staydetection": "loitering",
    "leftdetection": "other",
    "takenawaydetection": "other",
    "movedetection": "other",
    "parkingdetection": "parking",
    "rioterdetection": "crowd",
    "crowddetection": "crowd",
    "mannumdetection": "crowd",
    "videomotion": "motion",
    "smartmotionhuman": "motion",
    "smartmotionvehicle": "motion",
    "videoblind": "tamper",
    "videoabnormaldetection": "tamper",
    "scenechange": "tamper",
    "alarmlocal": "digital_input",
    "doorstatus": "digital_input",
    "audiomutation": "audio",
    "audioanomaly": "audio",
    "audiointensity": "audio",
    "trafficretrograde": "wrong_way",
    "trafficoverspeed": "speeding",
    "trafficrunredlight": "red_light",
    "trafficparking": "parking",
    "trafficparkingonyellowbox": "parking",
}
DOOR = "doorstatus"
# Of a region: whether somebody came in, went out, or is where nobody should be.
REGION = "crossregiondetection"
REGION_DIRECTIONS: dict[str, RuleKind] = {"enter": "zone_entered", "leave": "zone_left", "exit": "zone_left"}
# Traffic events that say no more than that a vehicle passed; every other one is also a rule that fired.
PASSINGS = frozenset(
    {
        "trafficjunction",
        "trafficmanualsnap",
        "trafficgate",
        "trafficcarmeasurement",
        "tollgateinfo",
        "platedetection",
        "platedetect",
        "cardrivinginout",
        "vehicledetect",
        "anpr",
    }
)
FACES = frozenset({"facedetection", "facerecognition", "faceanalysis", "facesnap"})
# What the analysis of whole persons tells: a body and often a face.
PERSONS = frozenset({"humantrait", "humandetection"})
COUNTS = "numberstat"
# Somebody at a door, with a card or a face: who it was is all that these say.
ACCESS = frozenset({"accesscontrol", "accesssnap", "invite", "callnoanswered", "dooraccess", "authentication"})

TROUBLES: dict[str, tuple[Component, HealthState]] = {
    "videoloss": ("link", "failed"),
    "videounfocus": ("lens", "degraded"),
    "storagenotexist": ("storage", "failed"),
    "storagefailure": ("storage", "failed"),
    "storagelowspace": ("storage", "degraded"),
    "ipconflict": ("link", "degraded"),
    "macconflict": ("link", "degraded"),
    "netabort": ("link", "failed"),
    "fanspeed": ("fan", "degraded"),
    "powerfault": ("power", "failed"),
    "batterylowpower": ("power", "degraded"),
    "temperaturealarm": ("temperature", "degraded"),
    "recordfailure": ("recorder", "failed"),
}
# What a device tells of its own doings: no more than that it is alive.
CHATTER = frozenset(
    {
        *("heartbeat", "keepalive", "newfile", "timechange", "ntpadjusttime", "rtspsessiondisconnect", "intelliframe"),
        *("mdresult", "videomotioninfo", "snapmanual", "systemstate", "sceneanalysis", "intelliscene", "sgmtresult"),
    }
)

CLASSES: dict[str, ObjectClass] = {
    "human": "person",
    "vehicle": "vehicle",
    "nonmotor": "vehicle",
    "plate": "plate",
    "humanface": "face",
    "face": "face",
    "animal": "animal",
    "bag": "bag",
    "luggage": "bag",
}

VEHICLE_KINDS: dict[str, str] = {
    "sedan": "car",
    "normalcar": "car",
    "microcar": "car",
    "car": "car",
    "passengercar": "car",
    "hatchback": "car",
    "sportcar": "car",
    "suv": "suv",
    "mpv": "suv",
    "offroadvehicle": "suv",
    "van": "van",
    "microvan": "van",
    "minivan": "van",
    "mediumbus": "bus",
    "largebus": "bus",
    "bus": "bus",
    "minibus": "minibus",
    "truck": "truck",
    "largetruck": "truck",
    "heavytruck": "truck",
    "midtruck": "truck",
    "mediumtruck": "truck",
    "lighttruck": "light_truck",
    "microtruck": "light_truck",
    "pickup": "pickup",
    "motorcycle": "motorcycle",
    "twowheelmotorcycle": "motorcycle",
    "bicycle": "bicycle",
    "nonmotor": "two_wheeler",
    "tricycle": "three_wheeler",
    "nomannedconvertibletricycle": "three_wheeler",
    "mannedconvertibletricycle": "three_wheeler",
    "nomannedtricycle": "three_wheeler",
    "mannedtricycle": "three_wheeler",
}

# In this order: what the vehicle did; then which of its ends was seen.
DIRECTIONS: dict[str, Direction] = {
    "approach": "approaching",
    "leave": "departing",
    "obverse": "approaching",
    "reverse": "departing",
    "head": "approaching",
    "tail": "departing",
}

COLORS: dict[str, str] = {
    **{
        color: color
        for color in ("white", "black", "red", "blue", "yellow", "green", "brown", "pink", "purple", "cyan", "orange")
    },
    "gray": "gray",
    "grey": "gray",
    "silver": "silver",
    "silvergray": "silver",
    "darkblue": "blue",
    "darkgreen": "green",
    "yellowgreen": "green",
    "shadowgreen": "green",
    "golden": "gold",
    "gold": "gold",
}

NOTHING = frozenset({"", "0", "-1", "unknown", "unknow", "none", "null", "other", "undefined"})

ATTRIBUTES = """
BackBag HasMask Phone Sex Age Emotion
MainSeat SubSeat SafeBelt DriverCalling DriverSmoking Seat FaceAttributes HumanAttributes Attributes HairStyle
HasHat Helmet Cap Mask Glasses Beard Eye Mouth Strabismus Attractive Nation RainCoat Umbrella UniformStyle UpClothes
DownClothes UpperBodyColor LowerBodyColor UpperBodyType LowerBodyType ShoulderBag MessengerBag CarrierBag Bag Angle
Feature FacialFeature Temperature BodyTemperature
"""
IDENTIFICATION = """
Candidate Candidates CandidateInfo Person PersonName PersonID UserID UserName CardNo CardName CertificateType Similarity
SimilarityGroup FaceGroup GroupName MasterOfCar OwnerName IDNumber
"""
