"""Who may do what in the object store: what each process needs of each bucket, and no more.

Nobody is given a right by hand; who is not named here has no credential.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Bucket(StrEnum):
    """What is kept apart; its name in the store is a setting."""

    PICTURES = "pictures"
    EVIDENCE = "evidence"


class Right(StrEnum):
    """What may be done in a bucket."""

    SEE = "see"
    """That it is there, how it is set, and what it holds, by key: a key names no plate and no person."""
    READ = "read"
    PUT = "put"
    LOCK = "lock"
    """See, set and lengthen retentions; set and release legal holds."""
    DELETE = "delete"
    BYPASS = "bypass"
    """Step over a governance retention; over a hold nobody does."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights on a bucket, or on what is under a prefix of it."""

    bucket: Bucket
    rights: frozenset[Right]
    prefix: str = ""


NAMES: Mapping[Bucket, str] = {Bucket.PICTURES: "rasid-pictures", Bucket.EVIDENCE: "rasid-evidence"}
"""What they are called unless a setting says otherwise."""

GRANTS: Mapping[str, tuple[Grant, ...]] = {
    # It never reads what it put. That it may see the bucket is how it knows whether the store answers.
    "ingest": (Grant(Bucket.PICTURES, frozenset({Right.SEE, Right.PUT})),),
    # Without seeing, a store may say `forbidden` of a picture that has not come yet, instead of `not there`.
    "search": (Grant(Bucket.PICTURES, frozenset({Right.SEE, Right.READ})),),
    # It may release a hold, and what is held may have outlived its retention: so it deletes nothing at all.
    "archive": (Grant(Bucket.EVIDENCE, frozenset({Right.SEE, Right.READ, Right.PUT, Right.LOCK})),),
    "eraser": (
        Grant(Bucket.EVIDENCE, frozenset({Right.SEE, Right.READ, Right.LOCK, Right.DELETE, Right.BYPASS})),
        # It proves with objects of its own that it can do what it is for.
        Grant(Bucket.EVIDENCE, frozenset({Right.PUT}), prefix="eraser-proof/"),
        Grant(Bucket.PICTURES, frozenset({Right.SEE, Right.DELETE})),
    ),
}
"""What each process may do, by the name by which `access.principal` knows it."""
