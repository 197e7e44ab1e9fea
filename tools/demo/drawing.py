"""Draws plates and street scenes as JPEG, so that the demo's cameras have pictures of their own to send.

Latin text uses Pillow's own font. Arabic-Indic digits and the demo's letters are drawn from small dot patterns made
for this file, so that no font needs to be installed.
"""

import io
import random
import unicodedata

from PIL import Image, ImageDraw, ImageFont

PLATE_SIZE = (520, 110)
SCENE_SIZE = (960, 540)
DOT = 8
# Seven rows of five dots each, top to bottom; isolated letter forms, simplified as on stamped plates.
GLYPHS = {
    "0": (".....", ".....", "..#..", ".###.", "..#..", ".....", "....."),
    "1": ("..#..", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."),
    "2": ("#..#.", "#..#.", "###..", "#....", "#....", "#....", "#...."),
    "3": ("#.#.#", "#.#.#", "#####", "#....", "#....", "#....", "#...."),
    "4": (".###.", "#....", ".##..", "#....", "#....", "#....", ".####"),
    "5": (".....", "..#..", ".#.#.", "#...#", "#...#", "#...#", ".###."),
    "6": ("####.", "...#.", "...#.", "...#.", "...#.", "...#.", "...#."),
    "7": ("#...#", "#...#", "#...#", ".#.#.", ".#.#.", "..#..", "..#.."),
    "8": ("..#..", "..#..", ".#.#.", ".#.#.", "#...#", "#...#", "#...#"),
    "9": (".###.", "#..#.", "#..#.", ".###.", "...#.", "...#.", "...#."),
    "ا": ("..#..", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."),
    "ب": (".....", ".....", "#...#", "#...#", ".###.", ".....", "..#.."),
    "د": (".....", ".##..", "...#.", "....#", "....#", "#####", "....."),
    "ر": (".....", ".....", "...#.", "....#", "....#", "...#.", "###.."),
    "س": (".....", ".....", "..#.#", "#.#.#", "#.###", "#....", ".##.."),
    "ط": ("#....", "#....", "#.##.", "##..#", "#...#", "#####", "....."),
    "ك": ("...##", "..#..", "...#.", "#...#", "#...#", "#...#", ".###."),
}


def plate_jpeg(text: str) -> bytes:
    """A plate with `text` on it, in the script it is written in."""
    image = Image.new("RGB", PLATE_SIZE, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, PLATE_SIZE[0] - 3, PLATE_SIZE[1] - 3), outline="black", width=4)
    if _is_arabic(text):
        _dots(draw, text)
    else:
        draw.text((60, 18), text, fill="black", font=ImageFont.load_default(70))
    return _jpeg(image)


def scene_jpeg(text: str, seed: int) -> bytes:
    """A street with one vehicle that carries the plate; `seed` varies its color and place."""
    rng = random.Random(seed)
    image = Image.new("RGB", SCENE_SIZE, (96, 110, 120))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 300, SCENE_SIZE[0], SCENE_SIZE[1]), fill=(70, 70, 70))
    left = rng.randrange(200, 500)
    body = tuple(rng.randrange(40, 220) for _ in range(3))
    draw.rectangle((left, 240, left + 300, 460), fill=body, outline="black")
    with Image.open(io.BytesIO(plate_jpeg(text))) as plate:
        image.paste(plate.resize((130, 28)), (left + 85, 400))
    return _jpeg(image)


def _is_arabic(text: str) -> bool:
    return any("ARABIC" in unicodedata.name(character, "") for character in text)


def _dots(draw: ImageDraw.ImageDraw, text: str) -> None:
    x = 60
    for character in text:
        glyph = GLYPHS.get(_latin_digit(character), ())
        for row, line in enumerate(glyph):
            for column, dot in enumerate(line):
                if dot == "#":
                    corner = (x + column * DOT, 26 + row * DOT)
                    draw.rectangle((*corner, corner[0] + DOT - 1, corner[1] + DOT - 1), fill="black")
        x += 6 * DOT


def _latin_digit(character: str) -> str:
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
