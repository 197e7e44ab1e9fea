"""Set-up waits for engines that are starting, says so, and gives up with a word on what to do."""

import pytest

from rasid.errors import Unavailable
from tools.deployment.waiting import GaveUp, wait_for


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def wait(look, deadline_seconds: float) -> tuple[object, list[str]]:
    time, said = Time(), []
    found = wait_for(look, said.append, deadline_seconds, monotonic=lambda: time.now, sleep=time.sleep)
    return found, said


def test_what_is_there_is_taken_without_a_word():
    assert wait(lambda: "there", 5) == ("there", [])


def test_what_comes_later_is_waited_for_and_told_of_now_and_then():
    answers = iter([Unavailable("Kafka", "not yet")] * 12)

    def look() -> str:
        for answer in answers:
            raise answer
        return "there"

    found, said = wait(look, 60)
    assert found == "there"
    assert said == ["waiting: Kafka is unavailable: not yet"] * 3


def test_what_never_comes_is_given_up_with_what_to_do():
    def look() -> None:
        raise Unavailable("the database", "no answer")

    with pytest.raises(GaveUp, match=r"the database is unavailable: no answer \(waited 30 s\)\n  To mend it: .*logs"):
        wait(look, 30)


def test_anything_else_is_not_waited_for():
    with pytest.raises(ZeroDivisionError):
        wait(lambda: 1 / 0, 30)
