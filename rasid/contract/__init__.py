"""The event contract: what is on each topic, in which shape, and how it is put on the wire.

No IO happens here. `docs/events.md`, `schemas/` and the AsyncAPI document are generated from this package.
"""
