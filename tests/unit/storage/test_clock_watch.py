"""Clocks that come apart while a service runs: it goes on, and tells until they agree again."""

from datetime import timedelta

import pytest

from rasid.errors import Unavailable
from rasid.storage.clock_watch import ClockWatch
from rasid.testing.clock import ManualClock


class Database:
    """Its clock, which answers half a second after it was asked."""

    def __init__(self, clock):
        self.clock = clock
        self.ahead_seconds = 0.0
        self.is_away = False

    async def hello(self):
        if self.is_away:
            raise Unavailable("the database", "the test took it away")
        self.clock.shift(0.25)
        local = self.clock.now() + timedelta(seconds=self.ahead_seconds)
        self.clock.shift(0.25)
        return {"localTime": local}


class Bench:
    def __init__(self):
        self.clock = ManualClock()
        self.database = Database(self.clock)
        self.ahead = []
        self.troubles = []
        self.watch = ClockWatch(
            self.database, clock=self.clock, on_ahead=self.ahead.append, on_trouble=self.troubles.append
        )


@pytest.fixture
def bench():
    return Bench()


async def test_clocks_that_agree_are_no_trouble_however_long_the_answer_takes(bench):
    await bench.watch.look()
    assert bench.ahead == [pytest.approx(0)]
    assert bench.troubles == [None]


@pytest.mark.expects_errors("the clocks are off")
@pytest.mark.parametrize(
    ("ahead", "says"), [(3600, "3600 s ahead of this machine's"), (-3600, "3600 s behind this machine's")]
)
async def test_a_clock_that_steps_is_told_until_it_steps_back(bench, ahead, says):
    await bench.watch.look()
    bench.database.ahead_seconds = ahead
    await bench.watch.look()
    await bench.watch.look()
    bench.database.ahead_seconds = 0
    await bench.watch.look()
    assert bench.ahead == pytest.approx([0, ahead, ahead, 0])
    assert [bench.troubles[0], bench.troubles[-1]] == [None, None]
    assert all(says in told and "NTP" in told for told in bench.troubles[1:3])


@pytest.mark.expects_errors("the clocks are off")
async def test_it_is_logged_once_for_each_time_that_they_come_apart(bench, caplog):
    bench.database.ahead_seconds = 40
    for _ in range(3):
        await bench.watch.look()
    assert len([record for record in caplog.records if "the clocks are off" in record.getMessage()]) == 1


async def test_a_few_seconds_are_usual(bench):
    bench.database.ahead_seconds = 29
    await bench.watch.look()
    assert bench.troubles == [None]


async def test_while_the_database_is_away_what_was_known_last_stands(bench):
    bench.database.is_away = True
    with pytest.raises(Unavailable):
        await bench.watch.look()
    assert bench.ahead == bench.troubles == []
