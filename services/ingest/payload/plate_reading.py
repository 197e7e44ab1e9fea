"""A plate as a device gave it, made the contract's plate. No IO."""

from msgspec import Struct

from rasid.contract.detections import Candidate, Plate
from rasid.plates import countries
from rasid.plates.normalize import PlateText, normalize, read_plate
from services.ingest.payload.legibility import has_unread_characters, says_nothing_read
from services.ingest.payload.reading import PlateSeen

MAX_CANDIDATES = 16


class PlateMade(Struct, frozen=True):
    """The plate, None when nothing legible was read, and what is worth knowing about it."""

    plate: Plate | None
    warnings: tuple[str, ...] = ()


def make_plate(seen: PlateSeen) -> PlateMade:
    """Normalize a plate, take it apart where its country is known, and line up its characters' confidences."""
    if says_nothing_read(seen.reading):
        return PlateMade(None)
    if has_unread_characters(seen.reading):
        return PlateMade(None, ("plate_partly_read",))
    text = read_plate(seen.reading)
    if text is None:
        return PlateMade(None)
    confidences = _aligned(seen, text.text)
    return PlateMade(_plate(seen, text, confidences), _warnings(seen, text, confidences))


def _plate(seen: PlateSeen, text: PlateText, confidences: tuple[float, ...]) -> Plate:
    parsed = None if seen.country is None else countries.parse(text.text, seen.country)
    return Plate(
        raw=seen.raw,
        text=text.text,
        script=text.script,
        country=seen.country,
        country_raw=seen.country_raw,
        region=parsed.region if parsed else None,
        fields=parsed.fields if parsed else {},
        is_format_valid=parsed is not None if countries.has_grammar(seen.country) else None,
        confidence=seen.confidence,
        character_confidences=confidences,
        candidates=_candidates(seen),
        box=seen.box,
        plate_type=seen.plate_type,
        color=seen.color,
        list_mode=seen.list_mode,
    )


def _candidates(seen: PlateSeen) -> tuple[Candidate, ...]:
    if not seen.candidates:
        return ()
    normalized = ((normalize(text), confidence) for text, confidence in seen.candidates[:MAX_CANDIDATES])
    return tuple(Candidate(text, confidence) for text, confidence in normalized if text is not None)


def _aligned(seen: PlateSeen, text: str) -> tuple[float, ...]:
    """One confidence for each character of the normalized text, or none at all.

    Devices give one for each character of what they read, with or without separators, with or without a prefix.
    """
    given = seen.character_confidences
    if not given:
        return ()
    if len(given) == len(text):
        return given
    for written in (seen.reading, seen.raw):
        if len(given) == len(written):
            kept = [normalize(character) is not None for character in written]
            aligned = tuple(value for value, is_kept in zip(given, kept, strict=True) if is_kept)
            aligned = aligned[-len(text) :]  # what comes before the reading is a prefix
            return aligned if len(aligned) == len(text) else ()
    return ()


def _warnings(seen: PlateSeen, text: PlateText, confidences: tuple[float, ...]) -> tuple[str, ...]:
    warnings = []
    if "homoglyphs" in text.folded:
        warnings.append("plate_homoglyphs_folded")
    if seen.confidence is None:
        warnings.append("confidence_missing")
    if seen.character_confidences and not confidences:
        warnings.append("character_confidences_unaligned")
    return tuple(warnings)
