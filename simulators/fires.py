"""Formulas of fire and of the detectors that see it. Pure functions over arrays, one source each.

Symbols: Q heat release [kW], H height of the ceiling above the fuel [m], r distance from the axis [m],
U velocity of the ceiling jet [m/s], rise = temperature above ambient [K].
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from simulators.optics import SOOT_EXTINCTION_M2_PER_G, Floats, extinction_to_db

AMBIENT_KELVIN = 293.15
MIN_TRANSPORT_VELOCITY = 0.2
MIN_DETECTOR_VELOCITY = 0.1


class Growth(Enum):
    """Growth classes; the value is α [kW/s²] of the 1055 kW convention (NFPA 204, NFPA 72)."""

    SLOW = 0.00293
    MEDIUM = 0.01172
    FAST = 0.0469
    ULTRA_FAST = 0.1876


@dataclass(frozen=True)
class Fuel:
    """What burns.

    Attributes
    ----------
    soot_yield, co_yield
        g of soot and of CO for each g of fuel (SFPE Handbook, after Tewarson).
    heat_kj_per_g
        Effective heat of combustion.
    optical_share
        How much of the smoke by the formula is taken. Over 41 places of the NIST smoke-alarm tests the median
        of optical density over temperature rise is 0.0093 1/(m·K) with an upper quartile of 0.0152: the
        formula agrees for wood (0.008) and is some three times too high for foam (0.05).
    """

    soot_yield: float
    co_yield: float
    heat_kj_per_g: float
    optical_share: float = 1.0


WOOD = Fuel(0.015, 0.0045, 12.5)
FOAM = Fuel(0.145, 0.035, 17.0, optical_share=0.3)
CABLE = Fuel(0.11, 0.10, 18.5, optical_share=0.3)

CONVECTIVE_SHARE = 0.70
"""Share of the heat that the plume carries; the rest is radiated."""


def heat_release_kw(alpha_kw_per_s2: float, seconds: Floats, peak_kw: float) -> Floats:
    """Heat release of a fire that grows with the square of time, up to a peak.

    References
    ----------
    NFPA 204 and NFPA 72, t-squared fires: Q = α t².
    """
    return np.minimum(alpha_kw_per_s2 * np.square(np.maximum(seconds, 0.0)), peak_kw)


def ceiling_jet_rise(heat_kw: Floats, ceiling_m: Floats, radius_m: Floats) -> Floats:
    """Temperature rise [K] of the gas under an unconfined ceiling.

    References
    ----------
    Alpert 1972, with total Q; fitted for ceilings of 4.6 to 18 m, extrapolated to lower ones.
    """
    near = 16.9 * heat_kw ** (2 / 3) / ceiling_m ** (5 / 3)
    far = 5.38 * (heat_kw / np.maximum(radius_m, 1e-6)) ** (2 / 3) / ceiling_m
    return np.where(radius_m / ceiling_m <= 0.18, near, far)


def ceiling_jet_velocity(heat_kw: Floats, ceiling_m: Floats, radius_m: Floats) -> Floats:
    """Velocity [m/s] of the gas under an unconfined ceiling (Alpert 1972)."""
    near = 0.96 * (heat_kw / ceiling_m) ** (1 / 3)
    far = 0.195 * heat_kw ** (1 / 3) * ceiling_m**0.5 / np.maximum(radius_m, 1e-6) ** (5 / 6)
    return np.where(radius_m / ceiling_m <= 0.15, near, far)


def transport_seconds(heat_kw: Floats, ceiling_m: Floats, radius_m: Floats) -> Floats:
    """How long the gas takes from the fire to the detector: (H + r) / U, with U at least 0.2 m/s.

    A simplification good enough for a simulator; typically 5 to 20 s in a room.
    """
    velocity = np.maximum(ceiling_jet_velocity(heat_kw, ceiling_m, radius_m), MIN_TRANSPORT_VELOCITY)
    return (ceiling_m + radius_m) / velocity


def smoke_density(rise_kelvin: Floats, fuel: Fuel) -> Floats:
    """Optical density [dB/m] of a ceiling jet that is `rise_kelvin` above ambient.

    Smoke and heat are diluted alike, so that the soot concentration is ρ c_p ΔT y_s / ΔH_conv with
    ρ = 353 / T and c_p = 1 kJ/(kg K), and the extinction 8.7 m²/g times that.

    References
    ----------
    Yields: SFPE Handbook. Specific extinction: FDS Technical Reference Guide. `Fuel.optical_share`: see there.
    """
    convective_kj_per_g = CONVECTIVE_SHARE * fuel.heat_kj_per_g
    density_kg_per_m3 = 353.0 / (AMBIENT_KELVIN + rise_kelvin)
    soot_g_per_m3 = density_kg_per_m3 * rise_kelvin * fuel.soot_yield / convective_kj_per_g
    return fuel.optical_share * extinction_to_db(SOOT_EXTINCTION_M2_PER_G * soot_g_per_m3)


def co_rise_ppm(rise_kelvin: Floats, fuel: Fuel) -> Floats:
    """CO [ppm by volume] that comes with the same ceiling jet: 1036 ΔT y_CO / ΔH_conv."""
    return 1036.0 * rise_kelvin * fuel.co_yield / (CONVECTIVE_SHARE * fuel.heat_kj_per_g)


def heat_element_seconds(rti: float, velocity: Floats) -> Floats:
    """Time constant [s] of a heat element: RTI / √U, RTI in (m·s)^½ (FDS Technical Reference Guide)."""
    return rti / np.sqrt(np.maximum(velocity, MIN_DETECTOR_VELOCITY))


def smoke_chamber_seconds(length_m: float, velocity: Floats) -> Floats:
    """Time constant [s] of a smoke chamber: L / U (Heskestad; FDS Technical Reference Guide)."""
    return length_m / np.maximum(velocity, MIN_DETECTOR_VELOCITY)


def follow(
    state: Floats, target: Floats, step_seconds: float, time_constant_seconds: Floats | float
) -> Floats:
    """One step of ``dx/dt = (target - x) / τ``, exact for a target that holds still during the step."""
    return state - (target - state) * np.expm1(-step_seconds / time_constant_seconds)
