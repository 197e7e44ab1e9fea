"""What English words for things, vehicles and colors mean, for formats that write them freely. No IO.

Formats with words or numbers of their own have tables of their own. What is not listed is kept raw, never guessed.
"""

from rasid.contract.detections import ObjectClass

_CLASSES: dict[ObjectClass, str] = {
    "person": "human person people pedestrian humanbody",
    "face": "face humanface",
    "vehicle": "vehicle vehical car truck bus motorcycle motorbike bicycle bike van suv pickup lorry taxi train boat"
    " nonmotor twowheeler motorvehicle nonmotorvehicle motorcyclebicycle vehicleother othervehicle roadvehicle",
    "plate": "licenseplate licenceplate numberplate plate lpd",
    "animal": "animal dog cat pet bird dogcat",
    "bag": "bag baggage luggage backpack suitcase handbag",
    # A head is told beside the person it belongs to.
    "other": "other label package head hat roadsign trafficsign sign product custom",
}
_KINDS = {
    "car": "car sedan hatchback coupe convertible wagon taxi",
    "suv": "suv mpv",
    "van": "van minivan",
    "bus": "bus coach",
    "minibus": "minibus",
    "truck": "truck lorry heavytruck",
    "light_truck": "lighttruck",
    "pickup": "pickup pickuptruck",
    "motorcycle": "motorcycle motorbike",
    "bicycle": "bicycle",
}
_COLORS = "white silver gray black red blue yellow green brown pink purple cyan orange beige gold maroon"
CLASSES: dict[str, ObjectClass] = {word: name for name, words in _CLASSES.items() for word in words.split()}
KINDS: dict[str, str] = {word: kind for kind, words in _KINDS.items() for word in words.split()}
COLORS = {"grey": "gray", **{name: name for name in _COLORS.split()}}


def plain(word: str | None) -> str:
    """A word as it is looked up: lower case, without blanks, `_` and `-`."""
    return (word or "").lower().replace(" ", "").replace("_", "").replace("-", "")


def class_of(word: str | None) -> ObjectClass:
    """What a thing is, in our words; `unknown` when it is none of ours."""
    return CLASSES.get(plain(word), "unknown")


def kind_of(*words: str | None) -> str | None:
    """What kind of vehicle the first of these words that is one means."""
    return next((KINDS[plain(word)] for word in words if plain(word) in KINDS), None)


def color_of(word: str | None) -> str | None:
    """A color in our words."""
    return COLORS.get(plain(word))
