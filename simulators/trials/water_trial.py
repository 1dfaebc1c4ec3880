"""The whole trial on fire-fighting water: troubles of every kind, and ordinary operation beside them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rules.slow.water_leak import WATER_LEAK
from simulators.optics import Floats
from simulators.trials.water import KINDS, score_kind, score_life
from simulators.trials.water_months import count_false, score_leaks, score_tanks
from simulators.trials.water_report import WaterTrial
from simulators.water.course import Day
from simulators.water.hours import sum_up


def try_water(
    seeds: int, days: int, buildings: int, seed: int, tell: Callable[[str], None] = lambda _: None
) -> WaterTrial:
    """So many incidents of each kind, and so many buildings for so many days without any."""
    flows: list[Floats] = []
    levels: list[Floats] = []

    def keep(day: Day) -> None:
        flows.append(day.flow)
        levels.append(day.level)
        tell(f"day {len(flows)} of {days} is over")

    life = score_life(buildings, days, seed, keep)
    flow, level = sum_up(np.concatenate(flows)), sum_up(np.concatenate(levels))
    slow_false = count_false(flow, level)
    months = [score_leaks(seeds, seed, flow, slow_false[WATER_LEAK.id]), score_tanks(seeds, seed)]
    tell("leaks and tanks are done")
    kinds = []
    for kind in KINDS:
        kinds.append(score_kind(kind, seeds, seed))
        tell(f"{kind.trouble.value} is done")
    return WaterTrial(kinds, months, life, slow_false)
