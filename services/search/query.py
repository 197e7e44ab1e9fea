"""What may be asked, and what a request asks: every mistake is told with the field it is in. No IO."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rasid.contract.fields import utc_text
from rasid.errors import Unprocessable
from services.search.plate_query import Match, PlateQuery, PlateRefused, read_plate_query
from services.search.registry import Registry

# What a person can mean.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST_WITHOUT_PLATE = timedelta(days=31)
MOST_ERRORS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as it came in, its fields well-formed each by itself."""

    plate: str | None = None
    match: Match | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    cameras: Sequence[str] | None = None
    sites: Sequence[str] | None = None
    sectors: Sequence[str] | None = None

    def bound(self) -> Mapping[str, object]:
        """All of it, for a cursor to be bound to."""
        return {
            "plate": self.plate,
            "match": self.match,
            "from_at": None if self.from_at is None else utc_text(self.from_at),
            "to_at": None if self.to_at is None else utc_text(self.to_at),
            "cameras": None if self.cameras is None else sorted(set(self.cameras)),
            "sites": None if self.sites is None else sorted(set(self.sites)),
            "sectors": None if self.sectors is None else sorted(set(self.sectors)),
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What that means: which plates, and where (None: anywhere)."""

    asked: Asked
    plate: PlateQuery | None
    camera_ids: frozenset[str] | None
    site_ids: frozenset[str] | None


def understand(asked: Asked, registry: Registry) -> Wanted:
    """What is asked for; raises Unprocessable that lists every field that is wrong."""
    errors: list[dict[str, str]] = []
    plate = _plate(asked, errors)
    _check_times(asked, errors)
    _check_places(asked, registry, errors)
    if errors:
        raise invalid(errors)
    site_ids = None if asked.sites is None else frozenset(asked.sites)
    if asked.sectors is not None:
        in_sectors = registry.sites_in(asked.sectors)
        site_ids = in_sectors if site_ids is None else site_ids & in_sectors
    return Wanted(asked, plate, None if asked.cameras is None else frozenset(asked.cameras), site_ids)


def invalid(errors: Sequence[Mapping[str, str]]) -> Unprocessable:
    """The answer to a request with these mistakes, in the form every service has for it."""
    fields = ", ".join(dict.fromkeys(one["field"] for one in errors))
    detail = f"Mend what `errors` lists ({fields}) and send it again."
    return Unprocessable("request-invalid", detail, extra={"errors": list(errors)})


def _plate(asked: Asked, errors: list[dict[str, str]]) -> PlateQuery | None:
    if asked.plate is None:
        if asked.match is not None:
            errors.append({"field": "body.match", "wrong": "says how to compare a plate, and there is no plate"})
        return None
    try:
        return read_plate_query(asked.plate, asked.match)
    except PlateRefused as refusal:
        errors.append({"field": "body.plate", "wrong": str(refusal)})
        return None


def _check_times(asked: Asked, errors: list[dict[str, str]]) -> None:
    for name, moment in (("from_at", asked.from_at), ("to_at", asked.to_at)):
        if moment is not None and not EARLIEST <= moment <= LATEST:
            errors.append({"field": f"body.{name}", "wrong": f"lies outside {EARLIEST.year} to {LATEST.year}"})
        if moment is None and asked.plate is None:
            errors.append({"field": f"body.{name}", "wrong": "is needed when no plate is given"})
    if asked.from_at is None or asked.to_at is None:
        return
    if asked.to_at <= asked.from_at:
        errors.append({"field": "body.to_at", "wrong": "must be later than from_at"})
    elif asked.plate is None and asked.to_at - asked.from_at > LONGEST_WITHOUT_PLATE:
        most = LONGEST_WITHOUT_PLATE.days
        errors.append({"field": "body.to_at", "wrong": f"may be at most {most} days after from_at without a plate"})


def _check_places(asked: Asked, registry: Registry, errors: list[dict[str, str]]) -> None:
    for name, values, is_known in (
        ("cameras", asked.cameras, registry.has_camera),
        ("sites", asked.sites, registry.has_site),
        ("sectors", asked.sectors, registry.has_sector),
    ):
        errors += [
            {"field": f"body.{name}.{index}", "wrong": "is not in the registry"}
            for index, value in enumerate(values or ())
            if not is_known(value)
        ][:MOST_ERRORS]
