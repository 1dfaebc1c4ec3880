"""Which readings may be believed, and sensors whose readings cannot be true.

A reading is bad when its device says so, outside its registered range (both noted as its quality), or outside of what
any building knows. Bad ones are kept from the rules on fire and water; only what is too high of smoke, heat or CO is
not: a fire that goes beyond all limits is still one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rules.arrivals import Arrivals
from rules.catalogue.reading_invalid import BOUNDED, READING_INVALID
from rules.changes import ChangeKind
from rules.findings import Finding
from rules.layers import split_by_rank
from rules.parameters import Resolved
from schemas.columns import NEVER
from schemas.domain import QUANTITIES, Quality, Quantity, SubjectKind
from schemas.units import UNIT_OF

Slots = NDArray[np.intp]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

OF_FIRE = frozenset({Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.CO})
MOST_SAMPLES = np.iinfo(np.uint8).max


class Validity:
    """For each sensor (n_sensors,): how many bad and how many good readings came in a row; is it at fault."""

    def __init__(self) -> None:
        self.bad = np.empty(0, np.uint8)
        self.good = np.empty(0, np.uint8)
        self.newest = np.empty(0, np.int64)
        self.active = np.empty(0, np.bool_)

    def adopt(self, sensors: NDArray[np.void], parameters: Resolved) -> None:
        """Take over the sensors of a newer roster, or other limits."""
        fresh = len(sensors) - len(self.bad)
        self.bad = np.concatenate([self.bad, np.zeros(fresh, np.uint8)])
        self.good = np.concatenate([self.good, np.zeros(fresh, np.uint8)])
        self.newest = np.concatenate([self.newest, np.full(fresh, NEVER, np.int64)])
        self.active = np.concatenate([self.active, np.zeros(fresh, np.bool_)])
        self._underway = self.active | (self.bad > 0)
        self._parameters = parameters
        self._quantity = sensors["quantity"].copy()
        self._of_fire = np.isin(self._quantity, [quantity.code for quantity in OF_FIRE])
        self._least, self._most = np.full(len(sensors), -np.inf), np.full(len(sensors), np.inf)
        for quantity in BOUNDED:
            mine = np.flatnonzero(self._quantity == quantity.code)
            self._least[mine] = self._value(f"{quantity}_least", mine)
            self._most[mine] = self._value(f"{quantity}_most", mine)

    def restore(self, slot: int, active: bool) -> None:
        """Take over what the tables say of a sensor."""
        self.active[slot], self.bad[slot], self.good[slot] = active, 0, 0
        self._underway[slot] = active

    def take(self, readings: Arrivals, good: Flags) -> tuple[list[Finding], Flags]:
        """Readings (n,), and which are of quality good.

        Returns what is found, and which of the readings may be believed.
        """
        slots, values = readings.slots, readings.values
        outside = (values < self._least.take(slots)) | (values > self._most.take(slots))
        strange = outside | ~good
        seen = strange | self._underway.take(slots)
        if not seen.any():
            return [], good
        kept_out = outside & ~((values > self._most[slots]) & self._of_fire[slots])
        # A strange reading makes the ones after it count, in the same batch as in the next.
        rows = np.flatnonzero(np.isin(slots, slots[seen]))
        some = readings.pick(rows)
        is_bad = outside[rows] | (some.quality >= Quality.BAD)
        found = list(self._step_all(some, strange[rows], is_bad, good[rows] & ~is_bad))
        return found, good & ~kept_out

    def believe(self, readings: NDArray[np.void]) -> Flags:
        """Which of readings (n,) the other rules may believe; nothing is concluded about their sensors."""
        slots, values = readings["slot"], readings["value"]
        kept_out = (values < self._least[slots]) | ((values > self._most[slots]) & ~self._of_fire[slots])
        believed: Flags = (readings["quality"] == Quality.GOOD) & ~kept_out
        return believed

    def _step_all(
        self, readings: Arrivals, strange: Flags, is_bad: Flags, is_good: Flags
    ) -> Iterator[Finding]:
        slots = readings.slots
        for layer in split_by_rank(slots):
            rows = layer[strange[layer] | self._underway[slots[layer]]]
            # What came late, or once more, says nothing about how the sensor is now.
            newer = rows[readings.observed_at[rows] > self.newest[slots[rows]]]
            yield from self._step(readings.pick(newer), is_bad[newer], is_good[newer])

    def _step(self, readings: Arrivals, is_bad: Flags, is_good: Flags) -> Iterator[Finding]:
        """One reading of each of (n,) different sensors; one of uncertain quality counts for neither side."""
        slots = readings.slots
        bad = np.where(is_good, 0, np.minimum(self.bad[slots], MOST_SAMPLES - 1) + is_bad).astype(np.uint8)
        good = np.where(is_bad, 0, np.minimum(self.good[slots], MOST_SAMPLES - 1) + is_good).astype(np.uint8)
        was_active = self.active[slots]
        raised = ~was_active & (bad >= self._value("samples", slots))
        cleared = was_active & (good >= self._value("good_samples", slots))
        self.bad[slots], self.good[slots], self.newest[slots] = bad, good, readings.observed_at
        self.active[slots] = (was_active | raised) & ~cleared
        self._underway[slots] = self.active[slots] | (bad > 0)
        for i in np.flatnonzero(raised | cleared).tolist():
            yield self._tell(
                int(slots[i]), float(readings.values[i]), int(readings.received_at[i]), bool(raised[i])
            )

    def _tell(self, slot: int, value: float, at: int, raised: bool) -> Finding:
        limit = self._least[slot] if value < self._least[slot] else self._most[slot]
        return Finding(
            ChangeKind.RAISE if raised else ChangeKind.CLEAR,
            READING_INVALID,
            SubjectKind.SENSOR,
            slot,
            at,
            value=value,
            limit=float(limit) if np.isfinite(limit) else None,
            unit=UNIT_OF[QUANTITIES[self._quantity[slot]]],
        )

    def _value(self, name: str, slots: Slots) -> Floats:
        return self._parameters.of_sensors(READING_INVALID.id, name, slots)
