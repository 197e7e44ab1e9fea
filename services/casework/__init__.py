"""Casework: cases, and who may use them for how long. What it says is what every other service goes by."""
