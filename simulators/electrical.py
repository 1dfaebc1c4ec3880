"""Formulas of cables under load."""

from __future__ import annotations

import numpy as np

from simulators.optics import Floats

NOMINAL_VOLTAGE = 220.0
_DAY_SECONDS = 86_400.0


def daily_load(second_of_day: float, peak_hour: Floats) -> Floats:
    """Load as a share of the rated current, 0.25 at night and 0.75 at the peak hour: a plain cosine."""
    hours = second_of_day / 3600.0 - peak_hour
    return 0.5 + 0.25 * np.cos(2.0 * np.pi * hours * 3600.0 / _DAY_SECONDS)


def cable_rise(current_share: Floats, rated_rise_kelvin: Floats) -> Floats:
    """Steady rise [K] of a cable above ambient: Joule heat goes with I², so the rise does too.

    `current_share` is the current over the rated one; a cable at its rating is 5 to 35 K above ambient
    (design basis) and nears that with a time constant of 5 to 20 minutes.
    """
    return rated_rise_kelvin * np.square(current_share)


def natural_residual(natural_ma: Floats, load_share: Floats) -> Floats:
    """Residual current [mA] of a healthy circuit: it moves with the load by ± 30 % over the day.

    Natural leakage is usually 100 to 200 mA (explanation of GB 50116-2013, 9.2.3).
    """
    return natural_ma * (1.0 + 1.2 * (load_share - 0.5))


def terminal_voltage(load_share: Floats, drop_share: float = 0.03) -> Floats:
    """Voltage [V] left at the distribution board; GB/T 12325 allows 220 V +7 % / -10 %."""
    return NOMINAL_VOLTAGE * (1.02 - drop_share * load_share)
