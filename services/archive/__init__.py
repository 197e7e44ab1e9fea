"""Clips that stand up in court: taken in whole, locked, held, shown on the record, and erased by two."""
