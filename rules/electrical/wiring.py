"""Which sensors stand on one circuit, as columns of slots."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.domain import PHASES, Phase, Quantity
from schemas.roster import UNKNOWN

Slots = NDArray[np.int32]
Floats = NDArray[np.float64]

LIVE = [PHASES.index(phase) for phase in (Phase.A, Phase.B, Phase.C)]
N_PHASES = len(LIVE)


class Wiring:
    """The circuits of a roster's sensors (n_sensors,)."""

    def __init__(self, sensors: NDArray[np.void]) -> None:
        self._quantity, self._phase = sensors["quantity"], sensors["phase"].astype(np.intp)
        self._circuit = sensors["circuit_slot"].astype(np.intp)
        self._n_circuits = int(self._circuit.max(initial=UNKNOWN)) + 1

    def sensors_of(self, quantity: Quantity) -> Slots:
        """Slots (n,) of the sensors of a quantity that stand on a circuit."""
        return np.flatnonzero((self._quantity == quantity.code) & (self._circuit != UNKNOWN)).astype(np.int32)

    def phases_beside(self, quantity: Quantity) -> Slots:
        """Slots (n, 3) of phases A, B and C of the circuit of each of `sensors_of`, itself included."""
        mine = self.sensors_of(quantity)
        live = mine[np.isin(self._phase[mine], LIVE)]
        table = np.full((self._n_circuits, N_PHASES), UNKNOWN, np.int32)
        table[self._circuit[live], self._phase[live]] = live
        return table[self._circuit[mine]]

    def partners(self, slots: Slots, quantity: Quantity) -> Slots:
        """For sensors (n,) that of another quantity on their circuit, (n,): of the same phase, else of all phases."""
        others = self.sensors_of(quantity)
        column = self._phase[others]
        column = np.where(column == UNKNOWN, len(PHASES), column)
        table = np.full((self._n_circuits, len(PHASES) + 1), UNKNOWN, np.int32)
        table[self._circuit[others], column] = others
        same = table[self._circuit[slots], self._phase[slots]]
        whole = table[self._circuit[slots], len(PHASES)]
        return np.where((same != UNKNOWN) & (self._phase[slots] != UNKNOWN), same, whole)


def pick(values: Floats, slots: Slots) -> Floats:
    """Values (n_sensors,) at slots (…); NaN where a slot is `UNKNOWN`."""
    return np.where(slots == UNKNOWN, np.nan, values[slots])
