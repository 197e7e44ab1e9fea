"""The comparison itself: it must notice what would lose an old event."""

from copy import deepcopy
from typing import Any

import pytest

from tests.unit.contract.compatibility import narrowings
from tests.unit.contract.stored import SCHEMAS, read

PLATE_READ = read(SCHEMAS / "plate.read.v1.schema.json")


def changed(path: str, value: Any) -> dict[str, Any]:
    """The schema of plate.read with one value replaced, or removed (None)."""
    schema = deepcopy(PLATE_READ)
    *way, last = path.split("/")
    place = schema
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


def test_a_schema_is_compatible_with_itself():
    assert narrowings(PLATE_READ, PLATE_READ) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("properties/vendor_time", None, "$.vendor_time: is gone"),
        ("$defs/Plate/properties/raw", None, "$.plate.raw: is gone"),
        ("$defs/Image/properties/size_bytes", {"type": "string"}, "$.images[].size_bytes: takes no integer any more"),
        ("properties/site_id", {"type": "string"}, "$.site_id: takes no null any more"),
        ("properties/phase/enum", ["new", "end"], "$.phase: takes no 'update' any more"),
        ("properties/camera_id/pattern", "^[a-z]+$", "$.camera_id: another pattern"),
        ("properties/revision/minimum", 1, "$.revision: minimum is 1 now"),
        ("$defs/Box/properties/left/maximum", 0.5, "$.objects[].box.left: maximum is 0.5 now"),
        ("$defs/Plate/properties/text/minLength", 2, "$.plate.text: minLength is 2 now"),
        ("$defs/TimeQuality/properties/suspicious/default", True, "$.time_quality.suspicious: another default"),
        ("required", [*PLATE_READ["required"], "vehicle"], "$.vehicle: is required now"),
        ("properties/raw/additionalProperties", {"type": "string"}, "$.raw.*: takes no any any more"),
    ],
)
def test_what_would_lose_an_old_event_is_named(path: str, value: Any, said: str):
    assert said in narrowings(PLATE_READ, changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties/lane", {"type": "string", "default": ""}),
        ("properties/phase/enum", ["begin", "end", "new", "update"]),
        ("properties/phase", {"type": "string"}),
        ("properties/revision", {"type": "number"}),
        ("properties/revision/minimum", None),
        ("properties/vendor_time/description", "said otherwise"),
        ("properties/warnings", {"default": []}),
        ("required", PLATE_READ["required"][:-1]),
    ],
)
def test_what_takes_more_than_before_is_compatible(path: str, value: Any):
    assert narrowings(PLATE_READ, changed(path, value)) == []
