"""Cameras that are asked for their events: connections, credentials, who asks which."""
