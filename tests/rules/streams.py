"""Random streams over an estate: values that linger, jump and climb around the limits, some late, repeated or bad."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS, READING
from schemas.domain import Quality, Quantity
from tests.rules.conftest import START
from tests.rules.estate import CHANNELS

# Quiet values first; then values on, a little beside and far beyond the limits of the rules.
VALUES: dict[Quantity, tuple[float, ...]] = {
    Quantity.SMOKE: (0.02, 0.05, 0.0625, 0.10, 0.15, 0.1499, 0.25, 0.30, 0.2999, 0.7, 1.2, 1.3),
    Quantity.TEMPERATURE: (20.0, 23.5, 26.0, 36.0, 44.0, 46.9375, 47.0, 54.0, 57.0, 56.9375, 80.0),
    Quantity.CO: (-2.0, 0.0, 12.0, 19.9375, 20.0, 30.0, 40.0, 50.0, 100.0, 300.0, 400.0),
    Quantity.GAS: (0.0, 4.9375, 5.0, 10.0, 9.9375, 25.0, 40.0),
    Quantity.FLOW: (0.0, 0.25, 0.4, 0.63, 0.6299, 1.0),
    Quantity.PRESSURE: (0.4, 0.07, 0.0699, 0.03, 0.0201, 0.02, 0.0, 0.95, 0.9999, 1.0, 1.2),
    Quantity.LEVEL: (2.1, 2.0, 1.9999, 1.94, 1.8, 1.56, 1.5, 1.5001, 1.0, 0.5, 0.1, 0.0),
    Quantity.RESIDUAL_CURRENT: (100.0, 240.0, 239.9375, 299.9375, 300.0, 400.0),
    Quantity.CABLE_TEMPERATURE: (30.0, 60.0, 59.9375, 69.9375, 70.0, 90.0, 100.0, 50.0, 44.0),
    Quantity.CURRENT: (60.0, 99.9375, 100.0, 110.0, 109.9375, 145.0, 200.0, 0.0),
    Quantity.VOLTAGE: (221.0, 232.9375, 235.5, 264.0, 263.9375, 198.0, 200.9375, 43.9375, 44.0, 0.0),
    Quantity.ARC: (0.0, 9.0, 10.0, 13.0, 14.0, 40.0),
}
# Less than that no meter shows; such a reading is judged by nobody.
LEAST = {Quantity.SMOKE: -0.04, Quantity.CO: -9.0, Quantity.TEMPERATURE: -39.0}
_STEPS = {
    Quantity.SMOKE: 0.0131,
    Quantity.TEMPERATURE: 1.37,
    Quantity.CO: 2.3,
    Quantity.CABLE_TEMPERATURE: 1.7,
}


@dataclass(frozen=True)
class Stretch:
    """One sensor for a while: `count` samples `step` seconds apart, from `value` on, `climbs` more with each."""

    slot: int
    offset: float
    step: float
    count: int
    value: float
    climbs: float
    quality: Quality = Quality.GOOD


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    slot = draw(st.integers(0, len(CHANNELS) - 1))
    quantity = CHANNELS[slot][1]
    climbs = draw(st.sampled_from((0.0, 0.0, 0.0, 1.0, 3.0, -1.0))) * _STEPS.get(quantity, 0.0)
    return Stretch(
        slot,
        draw(st.sampled_from((0.0, 0.0, 3.0, 40.0, 400.0, -30.0, -200.0))),
        draw(st.sampled_from((2.0, 5.0, 10.0, 10.0, 10.0, 30.0, 31.0, 0.0))),
        draw(st.integers(1, 40)),
        draw(st.sampled_from(VALUES[quantity])),
        climbs,
        draw(st.sampled_from((*(Quality.GOOD,) * 7, Quality.BAD))),
    )


@st.composite
def streams(draw: st.DrawFn) -> NDArray[np.void]:
    """Readings (n,) of `READING`, received in the order of the rows; several stretches run at once."""
    quiet = [
        Stretch(slot, 0.0, 10.0, draw(st.sampled_from((0, 0, 5, 30))), VALUES[quantity][0], 0.0)
        for slot, (_, quantity) in enumerate(CHANNELS)
    ]
    acts = [quiet, *draw(st.lists(st.lists(stretches(), min_size=1, max_size=4), min_size=1, max_size=4))]
    rows: list[tuple[int, float, float, float, Quality]] = []
    clock = 0.0
    for act in acts:
        begin = clock
        of_act = [row for stretch in act for row in lay_out(stretch, begin)]
        of_act.sort(key=lambda row: row[2])
        rows += of_act
        clock = max((received for _, _, received, _, _ in of_act), default=begin)
    return make_stream(rows)


def lay_out(stretch: Stretch, begin: float) -> list[tuple[int, float, float, float, Quality]]:
    """Slot, second observed, second received, value and quality; what is older than `begin` comes in late."""
    rows = []
    for i in range(stretch.count):
        observed = begin + stretch.offset + i * stretch.step
        received = max(observed, begin) + 0.25
        value = max(stretch.value + i * stretch.climbs, LEAST.get(CHANNELS[stretch.slot][1], -np.inf))
        rows.append((stretch.slot, observed, received, value, stretch.quality))
    return rows


def make_stream(rows: list[tuple[int, float, float, float, Quality]]) -> NDArray[np.void]:
    readings = np.zeros(len(rows), READING)
    for place, (slot, observed, received, value, quality) in enumerate(rows):
        stamps = START + round(observed * MICROSECONDS), START + round(received * MICROSECONDS)
        readings[place] = (slot, *stamps, value, quality, 0)
    return readings
