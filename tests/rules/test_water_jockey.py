"""What a jockey pump must hold, what an open hydrant may have, and how a leak shows between two starts."""

from __future__ import annotations

import numpy as np
import pytest

from rules.water.gauging import Gauging
from schemas.columns import MICROSECONDS
from simulators.water.plant import N_TAPS
from tests.rules.riser import START, Riser, raised


def test_a_jockey_pump_must_hold_more_than_a_tank_and_what_a_tank_must_hold_is_told_once() -> None:
    enough, less, low = Riser(), Riser(), Riser()
    assert raised(enough.report(2400, 0.151), "jockey_pressure_low") == []
    assert raised(less.report(2400, 0.149), "jockey_pressure_low") != []
    found = low.report(2400, 0.069)
    assert raised(found, "jockey_pressure_low") == []
    assert len(raised(found, "hydrant_pressure_low")) == 1


def test_the_lower_end_of_a_tooth_is_not_too_little() -> None:
    riser = Riser()
    found = [change for _ in range(6) for change in riser.report(600, 0.145) + riser.report(300, 0.2)]
    assert raised(found, "jockey_pressure_low") == []


@pytest.mark.parametrize(
    ("head", "flow", "is_told"), [(0.72, 6.0, True), (0.69, 6.0, False), (0.72, 0.0, False)]
)
def test_too_much_pressure_at_a_hydrant_counts_while_water_is_drawn(
    head: float, flow: float, *, is_told: bool
) -> None:
    """The lower gauges of the riser are silent; they would show more by their height."""
    riser = Riser()
    found = riser.report(300, head, flow=flow, without=range(N_TAPS - 1))
    assert bool(raised(found, "hydrant_dynamic_high")) == is_told


@pytest.mark.parametrize(("minutes", "grown"), [(10, 1.0), (5, 1.33)])
def test_a_fall_that_quickens_shows_between_two_starts(minutes: int, grown: float) -> None:
    # Of what was learnt within half a day, a part follows the quickening.
    gauging, now = Gauging(np.zeros(1, np.int32)), START
    nothing = np.zeros(1, np.bool_)
    for period in [10] * 60 + [minutes] * 30:
        for minute in range(period):
            now += 60 * MICROSECONDS
            value = np.array([0.25 - 0.05 * minute / period])
            gauging.take(now, np.array([now]), value, ~nothing, nothing)
    assert gauging.grown_decay[0] == pytest.approx(grown, abs=0.1)
