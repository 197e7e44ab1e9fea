"""Small read models in memory, each kept by a table on a topic."""

from collections.abc import Callable

from rasid.contract.topics import CASES, Topic
from rasid.identity.purpose import CASE_ROWS, SIGNS_OF_LIFE, CaseTable
from rasid.runtime.settings import ServiceSettings
from rasid.service.tools import Tools
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.table import Apply, TableReader


def table_reader(
    topic: Topic,
    rows: frozenset[str],
    apply: Apply,
    *,
    log: KafkaLog,
    tools: Tools[ServiceSettings],
    on_complete: Callable[[], None] | None = None,
    in_any_order: frozenset[str] = frozenset(),
) -> TableReader:
    """Reads the rows of these types; the service is ready when it has read to the end that it saw at its start."""
    return TableReader(
        log,
        topic.name,
        rows,
        apply,
        clock=tools.clock,
        readiness=tools.readiness,
        pulse=tools.pulse(f"table {topic.name}"),
        on_complete=on_complete,
        in_any_order=in_any_order,
    )


def case_reader(cases: CaseTable, *, log: KafkaLog, tools: Tools[ServiceSettings]) -> TableReader:
    """Reads the cases that the gate asks about."""
    return table_reader(
        CASES, CASE_ROWS, cases.apply, log=log, tools=tools, on_complete=cases.complete, in_any_order=SIGNS_OF_LIFE
    )
