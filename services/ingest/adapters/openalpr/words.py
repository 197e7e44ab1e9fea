"""OpenALPR's vocabulary: which of its words mean what, and every field that is known.

Sources: OpenALPR's documentation of agent, cloud API and command line, and what Rekor Scout's webhook posts (version
3).
"""

from services.ingest.payload.survey import vocabulary

# The body type's first word; the rest (compact, sports, wagon ...) stays raw.
KINDS: dict[str, str] = {
    "sedan": "car",
    "convertible": "car",
    "coupe": "car",
    "hatchback": "car",
    "suv": "suv",
    "crossover": "suv",
    "van": "van",
    "minivan": "van",
    "truck": "truck",
    "tractor": "truck",
    "bus": "bus",
    "motorcycle": "motorcycle",
}
_COLORS = "black blue brown green orange pink purple red white yellow"
COLORS: dict[str, str] = {color: color for color in _COLORS.split()} | {"silver-gray": "silver", "gold-beige": "beige"}
LIST_MODE = "alert"

_NAMES = """
data_type version epoch_time epoch_start epoch_end frame_start frame_end img_width img_height error uuid uuids camera_id
camera_name camera_number agent_uid agent_version agent_type company_id company_name site_id site_name company site
country plate_indexes processing_time_ms processing_time plates vehicles total regions_of_interest results
requested_topn matches_template region_confidence plate_index plate region confidence coordinates candidates
vehicle_region vehicle_detected vehicle vehicles details x y w h t f width height make make_model model year color
body_type orientation missing_plate is_vehicle name best_plate best_confidence best_plate_number best_region
best_region_confidence best_uuid best_uuid_epoch_ms best_image_width best_image_height best_index travel_direction
is_parked is_preview vehicle_signature plate_crop_jpeg vehicle_crop_jpeg overview_jpeg vehicle_path plate_path
gps_latitude gps_longitude user_data custom_data web_server_config camera_label agent_label direction_of_travel_id
group alert_list alert_list_id list_type plate_number credit_cost credits_monthly_used credits_monthly_total
openalpr_webhook
disk_quota_earliest_result processing_threads_configured processing_threads_active license_key memory_swaptotal_bytes
cpu_usage_percent disk_quota_total_bytes memory_total_bytes video_streams url fps last_update is_streaming
system_uptime_seconds memory_last_update recording_enabled license_valid daemon_uptime_seconds
disk_quota_consumed_bytes disk_drive_free_bytes os beanstalk_queue_size openalpr_version disk_drive_total_bytes
memory_swapused_bytes memory_consumed_bytes agent_hostname timestamp license_systemid cpu_cores cpu_last_update
gps_sample
"""
# What an alert list says of a plate is what people wrote about its owner.
VOCABULARY = vocabulary(_NAMES, identification="description")
