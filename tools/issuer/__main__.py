"""Starts the demo's issuer: `python -m tools.issuer`, with RASID_DATA and RASID_PORT."""

from tools.issuer.cli import serve

serve()
