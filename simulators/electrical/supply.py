"""Voltage at a distribution board, and what faults of the supply make of it."""

from __future__ import annotations

import numpy as np

from simulators.optics import Floats

NOMINAL_VOLTAGE = 220.0


def terminal_voltage(load_share: Floats, drop_share: float = 0.03) -> Floats:
    """Voltage [V] left at the distribution board; GB/T 12325 allows 220 V +7 % / -10 %."""
    return NOMINAL_VOLTAGE * (1.02 - drop_share * load_share)


def neutral_shift(admittances: Floats) -> Floats:
    """Voltages [V] of three phases (..., 3) over loads of these admittances when the neutral is lost.

    The star point floats to the mean of the phases weighted by their admittances (Millman 1940): the least loaded
    phase gets the most, up to √3 times the nominal voltage.
    """
    phasors = np.exp(-2j * np.pi * np.arange(3) / 3)
    star = (admittances * phasors).sum(axis=-1, keepdims=True) / admittances.sum(axis=-1, keepdims=True)
    return np.asarray(NOMINAL_VOLTAGE * np.abs(phasors - star))
