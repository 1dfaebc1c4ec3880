"""A month of fire-fighting water: tests of hydrants and pumps, hammer, refills, jockey pumps at work.

The month is lived in one piece. The rules on readings see it in stretches side by side, each after a day in which
they learn what is usual; an engine looks at three hundred buildings in less than twice the time that twenty take. Slow
rules see all of it. Every other building has no meter that the rules could see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np

from rules.engine import Engine
from rules.slow.slow_rule import SlowRule
from rules.slow.tank_draining import TANK_DRAINING
from rules.slow.water_leak import WATER_LEAK
from simulators.acceptance.operation.calls import Calls, Operation, cut_days
from simulators.trials.alerts import Alert, Colours
from simulators.trials.slow_looks import look_over
from simulators.trials.water import Tests
from simulators.trials.water_months import FIRST_LOOK_HOUR
from simulators.water.course import MINUTES_A_DAY, Course, Day
from simulators.water.estate import BEGINS_US, MINUTE_US, SENSORS_EACH, Reporting, make_roster
from simulators.water.hours import HOUR_US, Hours, sum_up
from simulators.water.plant import Plants, build_plants
from simulators.water.troubles import Trouble, make_troubles

WARM_UP_DAYS = 1
MOST_DAYS = 2


def operate_water(operation: Operation, tell: Callable[[float], None]) -> Calls:
    """Let the month go by; `tell` hears which share of it is over."""
    plants, days = _live(operation, lambda share: tell(0.5 * share))
    calls = Calls(operation.part, operation.buildings, operation.days)
    calls.readings = operation.buildings * SENSORS_EACH * operation.days * MINUTES_A_DAY
    length = cut_days(operation.days, MOST_DAYS)
    firsts = range(0, operation.days, length)
    together = SideBySide(plants, len(firsts))
    for turn in range(WARM_UP_DAYS + length):
        mixed = mix([days[first + turn] for first in firsts], turn * MINUTES_A_DAY)
        for alert, building, after_test in together.watch(mixed):
            if turn >= WARM_UP_DAYS:
                calls.add(alert, building % operation.buildings, after_test=after_test)
        tell(0.5 + 0.5 * (turn + 1) / (WARM_UP_DAYS + length))
    for rule, minutes in (
        (WATER_LEAK, [day.flow for day in days]),
        (TANK_DRAINING, [day.level for day in days]),
    ):
        for alert, building in _look_over(rule, sum_up(np.concatenate(minutes))):
            calls.add(alert, building)
    return calls


def _live(operation: Operation, tell: Callable[[float], None]) -> tuple[Plants, list[Day]]:
    """The evening before the month is for learning, as far as it is a day."""
    count = operation.buildings
    rng = np.random.default_rng([operation.seed, 3000])
    plants = build_plants(count, rng)
    never = np.full(count, np.iinfo(np.int64).max // 2)
    course = Course(plants, make_troubles(Trouble.NONE, plants, never, rng), rng)
    days = []
    for day in course.live(WARM_UP_DAYS + operation.days):
        days.append(day)
        tell(len(days) / (WARM_UP_DAYS + operation.days))
    return plants, days


class SideBySide:
    """The same buildings several times beside each other before one engine."""

    def __init__(self, plants: Plants, times: int) -> None:
        names = [field.name for field in fields(Plants)]
        everybody = Plants(*(np.concatenate([getattr(plants, name)] * times) for name in names))
        self._engine = Engine()
        self._engine.adopt(make_roster(everybody))
        metered = np.tile(np.arange(len(plants)) % 2 == 0, times)
        self._reporting, self._colours = Reporting(metered), Colours()
        self._tests = Tests(len(everybody))

    def watch(self, day: Day) -> list[tuple[Alert, int, bool]]:
        """What is raised in a day, with the building's place, and whether a test is still felt there."""
        self._tests.take(day)
        found = []
        for batch, at in self._reporting.report(day):
            minute = (at - BEGINS_US) // MINUTE_US - 1
            for alert in self._colours.follow(self._engine.evaluate(batch, at), at):
                building = alert.building_id - 1
                found.append((alert, building, self._tests.are_felt(building, minute)))
        return found


def mix(days: Sequence[Day], first_minute: int) -> Day:
    """Days of several stretches beside each other, under one time."""
    names = [field.name for field in fields(Day) if field.name != "first_minute"]
    mixed = {name: np.concatenate([getattr(day, name) for day in days], axis=1) for name in names}
    return replace(days[0], first_minute=first_minute, **mixed)


def _look_over(rule: SlowRule, hours: Hours) -> list[tuple[Alert, int]]:
    return [
        (
            Alert(
                BEGINS_US + one.raised * HOUR_US,
                rule.id,
                rule.signal_class,
                rule.severity,
                None,
                one.building + 1,
                None,
                None,
            ),
            one.building,
        )
        for one in look_over(rule, hours, FIRST_LOOK_HOUR)
    ]
