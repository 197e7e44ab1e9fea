"""Every index of search's database."""

from rasid.storage.changes import change_index
from rasid.storage.indexes import Index
from services.search.camera_store import CAMERA_DAYS
from services.search.lookback_store import LOOKBACKS
from services.search.lookback_store import NEWEST_FIRST as LOOKBACKS_NEWEST_FIRST
from services.search.passage_filters import KEYS
from services.search.plate_store import PLATES
from services.search.store import LATEST_FIRST, PASSAGES

INDEXES = (
    # By each of these a page is found in its order; `passage_filters` asks nothing that none of them answers.
    *(Index(PASSAGES, ((key, 1), *LATEST_FIRST)) for key in KEYS),
    Index(PASSAGES, LATEST_FIRST),
    Index(LOOKBACKS, (("agency", 1), ("is_open", 1), *LOOKBACKS_NEWEST_FIRST)),
    *(Index(name, (("expires_at", 1),), expire_after_seconds=0) for name in (PASSAGES, PLATES, CAMERA_DAYS, LOOKBACKS)),
    *(change_index(name) for name in (PLATES, CAMERA_DAYS)),
)
