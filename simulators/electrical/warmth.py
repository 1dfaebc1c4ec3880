"""How warm cables and joints grow: Joule heat behind a time constant."""

from __future__ import annotations

import numpy as np

from simulators.optics import Floats


def cable_rise(current_share: Floats, rated_rise_kelvin: Floats) -> Floats:
    """Steady rise [K] of a cable above ambient: Joule heat goes with I², so the rise does too.

    `current_share` is the current over the rated one; a cable at its rating is 5 to 35 K above ambient
    (design basis) and nears that with a time constant of 5 to 20 minutes.
    """
    return rated_rise_kelvin * np.square(current_share)


def constriction_ohm(resistivity_ohm_m: float, radius_m: Floats) -> Floats:
    """Resistance of a contact spot: ρ / 2a (Holm, "Electric contacts", 1967). A spot that shrinks resists more."""
    return resistivity_ohm_m / (2.0 * radius_m)


def joint_rise(current_share: Floats, rise_at_rated_kelvin: Floats) -> Floats:
    """What a bad contact adds at a share of the rated current [K]: I²R again, with R the contact's own."""
    return rise_at_rated_kelvin * np.square(current_share)
