"""Deletes what has to go: a process of its own, whose credential alone may delete, and step over a lock.

Nobody talks to it. The archive's database says which evidence (two persons decided it, or its time is over): the eraser
checks that for itself, deletes, and writes the certificate with the event that the archive's relay then publishes. Of
pictures their keys say when they expire.
"""
