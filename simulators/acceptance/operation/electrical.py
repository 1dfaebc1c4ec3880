"""A month of wiring: loads by hour and weekday, motors that start, appliances that leak, rain and damp.

As with water the month is lived in one piece, and the rules on readings see it in stretches side by side, each after
the day that they need to learn how warm its load makes each cable. Slow rules see all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rules.engine import Engine
from rules.slow.electrical_rules import ELECTRICAL_SLOW_RULES
from simulators.acceptance.operation.calls import Calls, Operation, cut_days
from simulators.electrical.circuits import Boards, Circuits, draw_circuits
from simulators.electrical.enrolment import N_CHANNELS, enrol
from simulators.electrical.failures import no_failures
from simulators.optics import Floats
from simulators.premises import BUILDING_ID_BASE, place_of_building
from simulators.trials.alerts import Alert, Colours
from simulators.trials.electrical import CIRCUITS_PER_BUILDING, join_circuits
from simulators.trials.electrical_stream import (
    BEGINS_US,
    DAY_SECONDS,
    HOURS,
    LOOKS_EVERY_HOURS,
    MINUTES,
    Raise,
    SlowWatch,
    make_batch,
    sum_up_hours,
)

WARM_UP_DAYS = 1
MOST_DAYS = 5
SLOW_RULES = {rule.id: rule for rule in ELECTRICAL_SLOW_RULES}


def operate_wiring(operation: Operation, tell: Callable[[float], None]) -> Calls:
    """Let the month go by; `tell` hears which share of it is over."""
    count = operation.buildings * CIRCUITS_PER_BUILDING
    rng = np.random.default_rng([operation.seed, 4000])
    circuits = draw_circuits(rng, count)
    boards = Boards(circuits, no_failures(count), rng)
    days = [boards.run(day * DAY_SECONDS, HOURS * MINUTES) for day in range(WARM_UP_DAYS + operation.days)]
    calls = Calls(operation.part, operation.buildings, operation.days)
    calls.readings = count * N_CHANNELS * operation.days * HOURS * MINUTES
    ask_engine(circuits, days, calls, tell)
    _ask_slow_rules(circuits, days, calls)
    return calls


def ask_engine(
    circuits: Circuits, days: Sequence[Floats], calls: Calls, tell: Callable[[float], None]
) -> None:
    """Count what the rules raise in days of minutes (m, n_circuits, n_channels), the first of which is for learning."""
    length = cut_days(calls.days, MOST_DAYS)
    firsts = range(0, calls.days, length)
    count = len(circuits) * len(firsts)
    engine, colours = Engine(), Colours()
    engine.adopt(enrol(join_circuits([circuits] * len(firsts)), np.arange(count) // CIRCUITS_PER_BUILDING))
    for turn in range(WARM_UP_DAYS + length):
        mixed = np.concatenate([days[first + turn] for first in firsts], axis=1)
        for hour in range(len(mixed) // MINUTES):
            begin = turn * DAY_SECONDS + hour * 3600.0
            batch, now = make_batch(mixed[hour * MINUTES :][:MINUTES], begin)
            for alert in colours.follow(engine.evaluate(batch, now), now):
                if turn >= WARM_UP_DAYS:
                    calls.add(alert, place_of_building(alert.building_id) % calls.buildings)
        tell((turn + 1) / (WARM_UP_DAYS + length))


def _ask_slow_rules(circuits: Circuits, days: list[Floats], calls: Calls) -> None:
    """As often as the service does, over the evening before and the month."""
    slow = SlowWatch(enrol(circuits, np.arange(len(circuits)) // CIRCUITS_PER_BUILDING))
    hours, peaks = sum_up_hours(np.concatenate(days))
    for complete in range(LOOKS_EVERY_HOURS, hours.shape[2] + 1, LOOKS_EVERY_HOURS):
        raised, _ = slow.look(hours[:, :, :complete], peaks[:, :, :complete])
        for told in raised:
            calls.add(_describe(told), told.circuit // CIRCUITS_PER_BUILDING)


def _describe(told: Raise) -> Alert:
    rule, building = SLOW_RULES[told.rule_id], told.circuit // CIRCUITS_PER_BUILDING
    at = BEGINS_US + round(told.at * 1e6)
    return Alert(at, rule.id, rule.signal_class, told.severity, None, BUILDING_ID_BASE + building, None, None)
