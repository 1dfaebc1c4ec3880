"""Whether a reading is calm: so far from every limit, and so close to what is usual, that no rule has a word on it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rules.evidence import SCALES
from rules.parameters import Resolved
from rules.rule import ReadingRule
from schemas.domain import QUANTITIES

Slots = NDArray[np.int32]
Floats = NDArray[np.float64]

# Margins within which each quantity's own spread counts; infinite for what no fire shows in.
_LEAST = np.array([SCALES[q].margin[0] if q in SCALES else np.inf for q in QUANTITIES])
_MOST = np.array([SCALES[q].margin[1] if q in SCALES else np.inf for q in QUANTITIES])


class Calm:
    """For each sensor (n_sensors,) the bounds strictly between which no rule's condition can hold."""

    def __init__(
        self, rules: Mapping[int, tuple[ReadingRule, ...]], quantity: NDArray[np.int8], parameters: Resolved
    ) -> None:
        self._quantity = quantity
        self._background = np.full(len(QUANTITIES), np.inf)
        self._above, self._below = np.full(len(quantity), -np.inf), np.full(len(quantity), np.inf)
        for code, of_quantity in rules.items():
            mine = np.flatnonzero(quantity == code).astype(np.int32)
            # The least that any rule takes for drift.
            self._background[code] = max((rule.background for rule in of_quantity), default=np.inf)
            for rule in of_quantity if len(mine) else ():
                self._narrow(rule, mine, parameters)

    def _narrow(self, rule: ReadingRule, mine: Slots, parameters: Resolved) -> None:
        above, below = rule.calm(lambda name: parameters.of_sensors(rule.id, name, mine))
        self._above[mine] = np.maximum(self._above[mine], above)
        self._below[mine] = np.minimum(self._below[mine], below)

    def holds(self, slots: Slots, values: Floats, baseline: Floats, spread: Floats) -> NDArray[np.bool_]:
        """Whether values (n,) are calm for sensors (n,) of this baseline and spread before them.

        A sensor without a baseline has no value before this one either, so that nothing shows.
        """
        quantity = self._quantity.take(slots)
        margin = np.clip(3.0 * spread, _LEAST.take(quantity), _MOST.take(quantity))
        calm: NDArray[np.bool_] = ~(values - baseline - margin >= 0.0)
        within: NDArray[np.bool_] = values > self._above.take(slots)
        within &= values < self._below.take(slots)
        beyond = np.flatnonzero(~within)
        if len(beyond):
            # Old detectors are dusty: of what is beyond the bounds, most is drift.
            drift = np.fmax(baseline[beyond] - self._background[quantity[beyond]], 0.0)
            some, values = slots[beyond], values[beyond] - drift
            within[beyond] = (values > self._above[some]) & (values < self._below[some])
        calm &= within
        return calm
