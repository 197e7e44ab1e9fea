"""Every error Rasid raises on purpose.

::

    RasidError
    ├── InvalidEvent          this event can never be processed: it becomes a dead letter
    ├── Unavailable           something we depend on does not answer now: try again later
    │   └── Full                  it answers that it has no room left
    ├── Refused               a lock, a hold or a missing right stands against it: trying again will not help
    ├── AlreadyThere          it was to be stored only if nothing is there, and something is
    ├── Altered               the bytes that came are not those that were stored
    ├── ConfigurationError    the process cannot start like this; says how to mend it
    └── Problem               an HTTP answer (RFC 9457) that says what is wrong and how to mend it
        ├── BadRequest            400
        ├── Unauthenticated       401
        ├── Forbidden             403
        ├── NotFound              404
        ├── TooSlow               408
        ├── Conflict              409
        ├── PreconditionFailed    412
        ├── TooLarge              413
        ├── RangeNotSatisfiable   416
        ├── Unprocessable         422
        ├── PreconditionRequired  428
        ├── TooManyRequests       429
        └── TemporarilyUnavailable  503

The consumer loop decides by type: `InvalidEvent` goes to the dead-letter topic, `Unavailable` pauses the
partition and is retried, anything else stops the process loudly.
"""

from collections.abc import Mapping
from typing import ClassVar


class RasidError(Exception):
    """Base of all errors raised on purpose."""


class InvalidEvent(RasidError):
    """An event that can never be processed, however often it is tried.

    `reason` is a short stable code (bounded: it labels a metric), `detail` is for a person and names no plate,
    person or secret.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Unavailable(RasidError):
    """Something we depend on (broker, database, object store) does not answer now; trying again may help."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what} is unavailable: {detail}")
        self.what = what
        self.detail = detail


class Full(Unavailable):
    """A store has no room left for what it was to keep: somebody must make room before trying again helps."""


class Refused(RasidError):
    """A store will not do this to this thing: it is locked or held, or our credential may not."""


class AlreadyThere(RasidError):
    """Something has this name already, and it was to be stored only if nothing has."""


class Altered(RasidError):
    """Bytes differ from those that were stored (SHA-256 or length): damage, or somebody's hand."""


class ConfigurationError(RasidError):
    """The process cannot run as configured. `fix` tells the administrator what to do."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}\n  To mend it: {fix}")
        self.problem = problem
        self.fix = fix


class Problem(RasidError):
    """An HTTP answer as RFC 9457 problem details. Subclasses fix the status.

    `slug` becomes the problem's `type` (`urn:rasid:problem:<slug>`) and is stable; `detail` says what is wrong
    with this request and how to mend it; `extra` adds members to the answer.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


class BadRequest(Problem):
    """The request cannot be read."""

    status = 400
    title = "The request cannot be read"


class Unauthenticated(Problem):
    """Nobody, or nobody we know, is asking."""

    status = 401
    title = "Who is asking is not known"


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = 403
    title = "This is not allowed"


class NotFound(Problem):
    """There is nothing there that this caller may see."""

    status = 404
    title = "There is no such thing"


class TooSlow(Problem):
    """The body did not arrive in time."""

    status = 408
    title = "The body came too slowly"


class Conflict(Problem):
    """The request contradicts what is already there."""

    status = 409
    title = "This contradicts what is already there"


class PreconditionFailed(Problem):
    """The thing has changed since the caller read it."""

    status = 412
    title = "It has changed since you read it"


class TooLarge(Problem):
    """The body is larger than this route takes."""

    status = 413
    title = "The body is too large"


class RangeNotSatisfiable(Problem):
    """The range that is asked for is not there."""

    status = 416
    title = "There are no such bytes"


class Unprocessable(Problem):
    """The request can be read but not understood."""

    status = 422
    title = "The request cannot be understood"


class PreconditionRequired(Problem):
    """The request must say which version it changes."""

    status = 428
    title = "Say which version you change"


class TooManyRequests(Problem):
    """The caller asks more often than anybody needs to."""

    status = 429
    title = "This is asked for too often"


class TemporarilyUnavailable(Problem):
    """Nothing durable can be had right now."""

    status = 503
    title = "Not possible right now"
