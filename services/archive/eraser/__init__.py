"""Deletes the bytes of evidence: a process of its own, which alone has the credential that steps over a lock.

Nobody talks to it. The archive's database says what has to go (two persons decided it, or its time is over); the eraser
checks that for itself, deletes, and writes the certificate with the event that the archive's relay then publishes.
"""
