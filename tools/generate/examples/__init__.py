"""Realistic events of every type. Everything in them is invented.

They tell one story: a reported stolen car passes the cameras of a small city, and a control room deals with it.
"""

from collections.abc import Mapping

from msgspec import Struct

from rasid.contract.envelope import Event
from tools.generate.examples import alerts, audit, detections, devices, evidence, square, tables

EXAMPLES: Mapping[str, Event[Struct]] = {
    **detections.EXAMPLES,
    **square.EXAMPLES,
    **devices.EXAMPLES,
    **tables.EXAMPLES,
    **alerts.EXAMPLES,
    **evidence.EXAMPLES,
    **audit.EXAMPLES,
}
"""By file name without ending: the type, its version, and where there are several what is special about this one."""


def examples_of(dataschema: str) -> dict[str, Event[Struct]]:
    """The examples of one version of one type, by file name without ending."""
    return {name: event for name, event in EXAMPLES.items() if event.kind.dataschema == dataschema}
