"""Bugs as they are really made, and the tests that must not let each of them pass."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DELIVERY = "tests/contract/test_delivery.py"
CASEWORK = "tests/fault/test_casework_killed.py"
ADD = "services.casework.store:MongoCases.add"


@dataclass(frozen=True)
class Bug:
    """A small change of the code, `<name>.diff`, and the tests that fail when it is made."""

    name: str
    what: str
    tests: tuple[str, ...]

    @property
    def diff(self) -> Path:
        return HERE / f"{self.name}.diff"


BUGS = (
    Bug(
        "commit-before-effect",
        "a record counts as done when it is taken, before its handler has ended",
        (
            f"{DELIVERY}::test_any_other_error_ends_the_loop_with_the_offset_unmoved[memory]",
            f"{DELIVERY}::test_any_other_error_ends_the_loop_with_the_offset_unmoved[kafka]",
            f"{DELIVERY}::test_unavailable_pauses_only_its_partition_and_loses_nothing[kafka]",
            f"{DELIVERY}::test_the_offset_of_poison_does_not_move_before_its_dead_letter_is_durable[kafka]",
        ),
    ),
    Bug(
        "dual-write",
        "a case is stored, and then published, instead of both in one write",
        (f"{CASEWORK}::test_a_case_that_is_opened_as_casework_dies_is_told_once[{ADD}:after-*]",),
    ),
    Bug(
        "acknowledge-before-durable",
        "a camera hears 200 while its event is still on its way",
        (
            "tests/unit/stream/test_spooling.py::test_a_send_without_an_acknowledgement_is_in_the_spool_when_it_returns",
            "tests/unit/stream/test_spooling.py::test_what_the_broker_would_never_take_is_refused_at_once_also_then",
        ),
    ),
    Bug(
        "swallowed-rebalance-error",
        "what fails while a partition is let go is forgotten, as the client would do it",
        ("tests/contract/test_rebalance.py::test_a_mistake_while_leaving_a_partition_ends_the_process_too[kafka]",),
    ),
)
