"""Which versions a request says it changes: `If-Match` and `ETag` of RFC 9110, section 13."""

from rasid.errors import BadRequest, PreconditionRequired

ANY = "*"
MAX_DIGITS = 18


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def read_if_match(header: str | None) -> frozenset[int] | None:
    """The versions the request accepts, None for any; raises PreconditionRequired without the header."""
    if header is None:
        raise PreconditionRequired(
            "if-match-missing",
            "Read it, and send If-Match with the ETag of the version you change.",
        )
    if header.strip() == ANY:
        return None
    return frozenset(_version(tag) for tag in header.split(","))


def _version(tag: str) -> int:
    # A proxy that compresses answers marks the tag as weak; the version is exact all the same.
    text = tag.strip().removeprefix("W/")
    digits = text[1:-1]
    if text != f'"{digits}"' or not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise BadRequest("if-match-unreadable", 'If-Match takes the ETag of an answer, such as "7".')
    return int(digits)
