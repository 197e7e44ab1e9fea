"""Plate Recognizer: the webhook of Stream with or without its picture, JSON lines, Snapshot's answers, and CSV.

A result has its plate as a text, or as an object with its properties, by the engine's detection mode. Sources in
`words.py`.
"""

from services.ingest.adapters.plate_recognizer.reader import read, recognizes

NAME = "plate_recognizer"
VERSION = "1"

__all__ = ["NAME", "VERSION", "read", "recognizes"]
