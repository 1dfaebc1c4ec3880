"""What is usual for each sensor: a baseline that follows dust, seasons and night and day, but not a fire.

It advances once a minute of event time, with the first reading of that minute, so that it costs little and comes out
the same however the stream is cut. Upwards it moves slowly, downwards faster: it hugs the quiet level from above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS, NEVER
from schemas.domain import QUANTITIES, Quantity

MINUTE_US = 60 * MICROSECONDS
NO_MINUTE = np.iinfo(np.int32).min

SLOW = np.dtype(
    [
        ("newest", np.int64),
        ("changed_at", np.int64),
        ("value", np.float64),
        ("baseline", np.float64),
        ("spread", np.float64),
        ("sampled", np.float64),
        ("minute", np.int32),
        ("minutes", np.int32),
    ]
)
"""State of one sensor, 56 bytes.

`newest` is the time of its newest reading, `value` that reading's value, `changed_at` when the value last was another;
`sampled` is the value the baseline last advanced with, in `minute`; `minutes` counts how often it has advanced.
"""

# Minutes: time constants upwards and downwards, how fast a new sensor learns, and for how many samples it is new.
_UP = {Quantity.SMOKE: 1440.0, Quantity.TEMPERATURE: 30.0, Quantity.CO: 240.0}
_DOWN = {Quantity.SMOKE: 60.0, Quantity.TEMPERATURE: 5.0, Quantity.CO: 30.0}
_OTHERWISE = 60.0
_LEARNING = 5.0
LEARNING_SAMPLES = 10
# What the baseline may explain away at most, and what a single minute may count for: units of the quantity.
_MOST = {Quantity.SMOKE: 0.10, Quantity.CO: 15.0}
_FIRST_MOST = {Quantity.SMOKE: 0.05, Quantity.TEMPERATURE: 45.0, Quantity.CO: 10.0}
_STEP = {Quantity.SMOKE: 0.05, Quantity.TEMPERATURE: 2.0, Quantity.CO: 10.0}
_SPREAD_MINUTES = 60.0


_SHARE, _SHARE_LEARNING = (-np.expm1(-1.0 / minutes) for minutes in (_SPREAD_MINUTES, _LEARNING))


def _per_quantity(values: dict[Quantity, float], otherwise: float) -> NDArray[np.float64]:
    return np.array([values.get(quantity, otherwise) for quantity in QUANTITIES])


UP, DOWN = _per_quantity(_UP, _OTHERWISE), _per_quantity(_DOWN, _OTHERWISE)
_UP_SHARE, _DOWN_SHARE = -np.expm1(-1.0 / UP), -np.expm1(-1.0 / DOWN)
MOST, FIRST_MOST = _per_quantity(_MOST, np.inf), _per_quantity(_FIRST_MOST, np.inf)
STEP = _per_quantity(_STEP, np.inf)


def lay_out(n_sensors: int) -> NDArray[np.void]:
    """States (n_sensors,) of `SLOW` of sensors that were never heard."""
    states = np.zeros(n_sensors, SLOW)
    states["newest"] = states["changed_at"] = NEVER
    states["value"] = states["baseline"] = states["sampled"] = np.nan
    states["minute"] = NO_MINUTE
    return states


def begin(values: NDArray[np.float64], quantity: NDArray[np.intp]) -> NDArray[np.float64]:
    """The baseline (n,) that the first reading of a sensor makes."""
    return np.minimum(values, FIRST_MOST[quantity])


def advance(
    states: NDArray[np.void],
    values: NDArray[np.float64],
    minutes: NDArray[np.int32],
    quantity: NDArray[np.intp],
) -> None:
    """Let states (n,) take the first reading of a new minute; in place."""
    first = states["minutes"] == 0
    learning = states["minutes"] < LEARNING_SAMPLES
    baseline = np.where(first, begin(values, quantity), states["baseline"])
    passed = np.where(first, 1.0, minutes - states["minute"].astype(np.float64))
    offset = np.clip(values - baseline, -STEP[quantity], STEP[quantity])
    rises = offset > 0
    # Nearly always one minute has passed, of which the share of the way is known.
    share = np.where(learning, _SHARE_LEARNING, np.where(rises, _UP_SHARE[quantity], _DOWN_SHARE[quantity]))
    longer = np.flatnonzero(passed != 1.0)
    if len(longer):
        of = quantity[longer]
        constant = np.where(learning[longer], _LEARNING, np.where(rises[longer], UP[of], DOWN[of]))
        share[longer] = -np.expm1(-np.minimum(passed[longer], constant) / constant)
    moved = baseline + offset * share
    states["baseline"] = np.where(first, baseline, np.minimum(moved, MOST[quantity]))
    unlike = np.where(first, 0.0, np.abs(values - states["sampled"]))
    share = np.where(learning, _SHARE_LEARNING, _SHARE)
    states["spread"] += (np.minimum(unlike, STEP[quantity]) - states["spread"]) * share
    states["sampled"] = values
    states["minute"] = minutes
    states["minutes"] += 1
