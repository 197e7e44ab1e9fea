"""Frigate's vocabulary: which of its labels mean what, and every field of its messages that is known.

Sources: Frigate's own documentation of MQTT from 0.9 to 0.17, its label map (COCO and what Frigate+ adds) and what it
publishes in code (a recognized plate is a text in its documentation and a list of text and score on the wire).
"""

from rasid.contract.detections import ObjectClass
from services.ingest.payload.survey import vocabulary

_VEHICLES = "bicycle car motorcycle motorbike airplane bus train truck boat school_bus"
_ANIMALS = """
bird cat dog horse sheep cow elephant bear zebra giraffe deer fox raccoon rabbit squirrel skunk goat kangaroo rodent
possum
"""
LABELS: dict[str, ObjectClass] = {
    "person": "person",
    "face": "face",
    "license_plate": "plate",
    **dict.fromkeys(_VEHICLES.split(), "vehicle"),
    **dict.fromkeys(_ANIMALS.split(), "animal"),
    **dict.fromkeys(("backpack", "handbag", "suitcase"), "bag"),
    **dict.fromkeys(("package", "waste_bin", "bbq_grill", "robot_lawnmower", "umbrella", "baby_stroller"), "other"),
}
# What is written on a vehicle or parcel. Every other sub label may be somebody's name, also that of a car's owner.
_LOGOS = "amazon an_post canada_post dhl dpd fedex gls nzpost postnl postnord purolator royal_mail ups usps"
LOGOS = frozenset(_LOGOS.split())
# A review says of an object that it was recognized, too.
RECOGNIZED = "-verified"

_NAMES = """
type before after id camera frame_time snapshot_time snapshot label sub_label sub_labels top_score false_positive
start_time end_time score box area ratio region current_zones entered_zones zones thumbnail has_snapshot has_clip active
stationary motionless_count position_changes attributes current_attributes pending_loitering max_severity
current_estimated_speed average_estimated_speed velocity_angle path_data recognized_license_plate
recognized_license_plate_score severity thumb_path data detections objects audio verified_objects plate
plate_box timestamp model attribute name retain_indefinitely plus_id model_hash detector_type model_type
clip_path has_been_reviewed recognized_license_plate_frame_time sub_label_score
"""
# Attributes of an object are fields named by their label.
_NAMED = " ".join((*LABELS, *LOGOS))
# Texts that a language model writes about what it sees say what people look like and do.
VOCABULARY = vocabulary(f"{_NAMES} {_NAMED}", attributes="description metadata")
