"""A service's indexes without those by which the database removes documents.

The tests' clock stands in the past and the database's own goes right: it would remove what a test has just written.
"""

from collections.abc import Sequence

from rasid.storage.indexes import Index


def lasting(indexes: Sequence[Index]) -> list[Index]:
    """Those that remove nothing."""
    return [index for index in indexes if index.expire_after_seconds is None]
