"""A frame of the scene description: which of its objects are one event, and which tracks begin and end in it."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.detections import Phase, View
from services.ingest.adapters.onvif.message import time_warnings, utc_time
from services.ingest.adapters.onvif.objects import Around, draft_of, track_of
from services.ingest.adapters.onvif.opening import Piece
from services.ingest.adapters.onvif.seen import Seen, see
from services.ingest.adapters.onvif.space import Space
from services.ingest.adapters.onvif.words import meaningful
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.reading import Draft, Picture
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

_SPHERICAL_DEGREES = "sphericalpositionspacedegrees"


class Tree(Struct, frozen=True):
    """What a frame says about its tracks: which ended, and what became of which."""

    deleted: frozenset[str]
    notes: dict[str, dict[str, object]]


def drafts_of(frame: Piece, known: set[str], survey: Survey) -> Iterator[Draft]:
    """The events of a frame; `known` are the tracks that the payload had before, and is added to."""
    rest = frame.node.without("Object")
    survey.count(rest)
    space = Space().within(rest)
    seen = [see(one, space) for one in frame.node.nodes("Object")]
    by_id = {one.object_id: one for one in seen if one.object_id is not None}
    plated = {one.parent_id for one in seen if one.klass == "plate" and one.parent_id is not None}
    of_frame = _of_frame(frame, rest)
    tree = _tree(rest.node("ObjectTree"))
    told: set[str] = set()
    for one in seen:
        noticed = _noticed(one, survey)
        if one.klass == "vehicle" and one.object_id in plated:
            continue  # told with its plate
        track = track_of(one, told)
        around = replace(
            of_frame,
            track=track,
            parent=by_id.get(one.parent_id or ""),
            phase=_phase(one, track, tree, known),
            notes=tree.notes.get(one.object_id or "", {}),
            warnings=(*of_frame.warnings, *noticed),
        )
        yield draft_of(one, around)


def _of_frame(frame: Piece, rest: Node) -> Around:
    """What all objects of a frame share."""
    time = utc_time(rest.text("@UtcTime", "UtcTime") or "")
    return Around(
        frame=rest,
        time=time,
        source=meaningful(rest.text("@Source", "Source")),
        channel=meaningful(rest.text("@SourceStreamID")),
        pictures=_pictures(rest),
        view=_view(rest.node("PTZStatus")),
        warnings=(*frame.warnings, *time_warnings(time)),
    )


def _noticed(one: Seen, total: Survey) -> tuple[str, ...]:
    """What of an object is not kept; counted, and told in its own event."""
    survey = Survey(total.words)
    survey.count(Node({"Object": one.node}))
    total.add(survey)
    return survey.warnings()


def _phase(one: Seen, track: str | None, tree: Tree, known: set[str]) -> Phase:
    """Ended, or seen before in this payload; whether a track had begun before it, a payload does not say."""
    if one.is_gone or one.object_id in tree.deleted:
        return "end"
    if track is None:
        return "new"
    if track in known:
        return "update"
    known.add(track)
    return "new"


def _tree(node: Node) -> Tree:
    deleted = {name for one in node.nodes("Delete") for name in _ids(one)}
    notes: dict[str, dict[str, object]] = {}
    for kind, word in (("Rename", "renamed_from"), ("Split", "split_from"), ("Merge", "merged_from")):
        for one in node.nodes(kind):
            before = [name for end in (*one.nodes("from"), *one.nodes("From")) for name in _ids(end)]
            for end in (*one.nodes("to"), *one.nodes("To")):
                for name in _ids(end):
                    notes.setdefault(name, {})[word] = before
    return Tree(frozenset(deleted), notes)


def _ids(node: Node) -> list[str]:
    found = node.text("@ObjectId", "ObjectId")
    return [] if found is None else [found]


def _pictures(frame: Node) -> tuple[Picture, ...]:
    image = frame.long_text("SceneImage")
    return () if image is None else (Picture("overview", embedded_picture(image)),)


def _view(status: Node) -> View | None:
    """Where a PTZ camera looked, where it says so in degrees; its generic positions (-1 to 1) are no degrees."""
    position = status.node("Position")
    pan_tilt, zoom = position.node("PanTilt"), position.node("Zoom")
    if not pan_tilt and not zoom:
        return None
    is_degrees = (pan_tilt.text("@space", "space") or "").lower().endswith(_SPHERICAL_DEGREES)
    return View(
        pan_degrees=pan_tilt.number("@x", "x") if is_degrees else None,
        tilt_degrees=pan_tilt.number("@y", "y") if is_degrees else None,
        zoom=zoom.number("@x", "x"),
    )
