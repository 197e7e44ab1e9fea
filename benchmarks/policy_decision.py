"""One decision of the policy, with the question put together; the limit is cedarpy alone, asked the same.

Every question is another one: another person, another case. Half are about a thing whose owner is known.

    python -m benchmarks.policy_decision
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import cedarpy

from benchmarks._bench import report
from rasid.identity.asking import Question, Thing, entities_of, request_of
from rasid.identity.claims import Caller
from rasid.identity.policy_files import load_policy, shipped_folder
from rasid.testing.builders import case_state
from rasid.testing.clock import START

QUESTIONS = 2_000
ROUNDS = 5
GOAL_PER_SECOND = 1_000
OPERATIONAL = frozenset({"police", "traffic", "intelligence", "national-security"})


def questions() -> list[Question]:
    """Police who look up plates."""
    first = Question(
        caller=Caller("officer", "police", ("investigator",), ("pwd", "otp", "mfa"), START),
        operation="consult",
        subject_kind="plate",
        case=None,
        purpose="stolen-vehicle",
        now=START,
    )
    return [
        replace(
            first,
            caller=replace(first.caller, subject=f"officer-{number}"),
            case=case_state(f"case-{number}").data,
            thing=Thing(owner="police", alert_received_at=START) if number % 2 else None,
        )
        for number in range(QUESTIONS)
    ]


def rate(decide: Callable[[int], bool], count: int) -> float:
    """Decisions a second; every one of them permits."""
    began = time.perf_counter()
    permitted = sum(decide(number) for number in range(count))
    took = time.perf_counter() - began
    assert permitted == count
    return count / took


def bare(asked: Sequence[Question]) -> Callable[[int], bool]:
    """Cedar alone: policies and schema parsed, and each question with its entities ready."""
    folder = shipped_folder()
    policies = cedarpy.PolicySet.from_str("\n".join(path.read_text() for path in sorted(folder.glob("*.cedar"))))
    schema = cedarpy.Schema.from_str((folder / "rasid.cedarschema").read_text())
    agencies = [{"uid": {"type": "Agency", "id": "police"}, "attrs": {"purposes": ["stolen-vehicle"]}, "parents": []}]
    ready = [
        (
            request_of(one),
            cedarpy.Entities.from_json_str(json.dumps([*agencies, *entities_of(one, OPERATIONAL)]), schema),
        )
        for one in asked
    ]

    def decide(number: int) -> bool:
        request, entities = ready[number]
        return bool(cedarpy.is_authorized(request, policies, entities, schema).allowed)

    return decide


def main() -> None:
    """Measure."""
    asked, policy = questions(), load_policy()
    limit_of = bare(asked)
    figures, limits = [], []
    for _ in range(ROUNDS):
        limits.append(rate(limit_of, QUESTIONS))
        figures.append(rate(lambda number: policy.decide(asked[number]).permit, QUESTIONS))
    report(
        "policy_decision",
        "decisions/s",
        figures,
        limits,
        limit="cedarpy.is_authorized with everything parsed before, nothing else",
        goal=GOAL_PER_SECOND,
        sentences=len(policy.sentences),
    )


if __name__ == "__main__":
    main()
