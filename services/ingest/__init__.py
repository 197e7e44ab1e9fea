"""Ingest: what cameras send becomes events, durable before the camera is answered."""
