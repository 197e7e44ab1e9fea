"""Plates as text: one normalized form each, and what a country's plates say. No IO, no camera, no store.

A plate is never a number: leading zeros are part of it. The raw text stays with whoever has it.
"""
