"""What a request says about the version it changes: If-Match and If-None-Match of RFC 9110, section 13. No IO."""

from dataclasses import dataclass

from rasid.errors import BadRequest, PreconditionFailed, PreconditionRequired

ANY = "*"
# A 64-bit version and no more.
MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Precondition:
    """`versions` None: nothing was said of a present version. `must_be_new`: it may not be there yet."""

    versions: frozenset[int] | None = None
    matches_any: bool = False
    must_be_new: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the request says nothing: then what changes nothing is fine, such as the same request again."""
        return self.versions is None and not self.matches_any and not self.must_be_new

    def check(self, present: int | None) -> None:
        """Raise unless the change may go ahead on version `present` (None: there is none yet)."""
        if present is None:
            if self.matches_any or self.versions is not None:
                raise PreconditionFailed("not-there", "you change a version, but there is none: leave If-Match out")
        elif self.must_be_new:
            raise PreconditionFailed("already-there", "it exists already: read it and send If-Match with its ETag")
        elif self.versions is None and not self.matches_any:
            raise PreconditionRequired(
                "if-match-required",
                "it exists already: read it, and send If-Match with the ETag of the version you change",
            )
        elif not self.matches_any and present not in (self.versions or ()):
            raise PreconditionFailed("version-changed", "somebody changed it meanwhile: read it again, then decide")


def read_precondition(if_match: str | None, if_none_match: str | None) -> Precondition:
    """Read the two headers; raises BadRequest when they are not what this interface gave out."""
    if if_none_match is not None and if_none_match.strip() != ANY:
        raise BadRequest("if-none-match", "If-None-Match takes only * here: change it only when it does not exist yet")
    if if_match is None:
        return Precondition(must_be_new=if_none_match is not None)
    if if_none_match is not None:
        raise BadRequest("both-preconditions", "send If-Match or If-None-Match, not both")
    versions = _versions(if_match)
    return Precondition(versions=versions, matches_any=versions is None)


def read_if_match(header: str | None) -> frozenset[int] | None:
    """The versions the request accepts, None for any; raises PreconditionRequired without the header."""
    if header is None:
        raise PreconditionRequired(
            "if-match-required",
            "read it, and send If-Match with the ETag of the version you change",
        )
    return _versions(header)


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def _versions(if_match: str) -> frozenset[int] | None:
    return None if if_match.strip() == ANY else frozenset(_version(tag) for tag in if_match.split(","))


def _version(tag: str) -> int:
    # A proxy that compresses answers marks the tag as weak; the version is exact all the same.
    text = tag.strip().removeprefix("W/")
    digits = text[1:-1]
    if text != f'"{digits}"' or not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise BadRequest("if-match", 'If-Match takes the ETag of an answer, such as "7"')
    return int(digits)
