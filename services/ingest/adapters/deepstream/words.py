"""DeepStream's vocabulary, and the placeholders that stand for nothing."""

from rasid.contract.detections import Phase
from services.ingest.payload.survey import vocabulary

# What happened to the object, of the full schema.
PHASES: dict[str, Phase] = {"entry": "new", "exit": "end"}

NOTHING = frozenset({"", "unknown", "unk", "none", "null", "n/a"})
# The tracker's "no id": minus one, also as it looks unsigned in 64 and 32 bits.
NO_TRACK = frozenset({"", "-1", "18446744073709551615", "4294967295"})
# A position that the sample applications put into every message; 0/0 is none anyway.
PLACEHOLDER_LATITUDES = (30.32, 30.33)
PLACEHOLDER_LONGITUDE = -40.55

VOCABULARY = vocabulary(
    """
    @timestamp aisle alt analyticsModule bbox bottomY bottomrightx bottomrighty class color confidence coordinate
    description dimensions dir direction entrance event id info lane lat leftX level license licenseState lon
    location make mdsversion messageid model name object objects orientation parkingSpot person place pose rightX
    sensor sensorId signature source speed timestamp topY topleftx toplefty type vehicle version videoPath x y z face
    bag bicycle roadsign embedding dimension vector customMessage num_joints pose_type joints tracking status
    vehicletype vehiclemake carmake carcolor license_plate car Car truck Truck bus Bus lpd Vehicle Person Face RoadSign
    TwoWheeler Bicycle
    """,
    attributes="cap apparel facialhair eyecolor eyeColor facialHair",
    nothing=frozenset({*NOTHING, "0"}),
)


def meaningful(word: str | None) -> str | None:
    """A word of the pipeline, or None where it stands for nothing."""
    # What a template was never filled with (`##CameraStreamId##`) is nothing either.
    return None if word is None or word.lower() in NOTHING or word.startswith("##") else word


def license_of(text: str | None) -> str:
    """The plate's text; empty for placeholders: `UNK-M-0`, and a single character that a label list begins with."""
    found = meaningful(text) or ""
    return "" if len(found) < 2 or found.upper().startswith("UNK-") else found  # noqa: PLR2004 - more than one
