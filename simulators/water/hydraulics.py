"""Formulas of fire-fighting water. Pressures are gauge, in MPa; flows in L/s."""

from __future__ import annotations

import numpy as np

from simulators.optics import Floats

MPA_PER_METRE = 0.00981
"""Weight of a metre of water: ρ g with 1000 kg/m³ and 9.81 m/s²."""

SPRINKLER_K = 80.0
"""K-factor of the usual 15 mm head, L/min at 0.1 MPa."""

JOCKEY_REFILL_SECONDS = 20.0

NOZZLE_MM = 19.0
"""Bore of the usual nozzle of an indoor hydrant."""
KG_PER_M3 = 1000.0


def pressure_at_height(top_mpa: Floats, top_m: Floats, height_m: Floats) -> Floats:
    """Static pressure at `height_m` of a riser that has `top_mpa` at its top: hydrostatics."""
    return top_mpa + MPA_PER_METRE * (top_m - height_m)


def sprinkler_flow(pressure_mpa: Floats, k_factor: float = SPRINKLER_K) -> Floats:
    """Flow [L/s] of one open head: q = K √(10 P) in L/min, with P in MPa (GB 50084-2017)."""
    return orifice_flow(np.asarray(k_factor), pressure_mpa)


def orifice_flow(k_factor: Floats, pressure_mpa: Floats) -> Floats:
    """Flow [L/s] through an opening of some K-factor [L/min at 0.1 MPa]: Q = K √(10 P)."""
    return np.asarray(k_factor * np.sqrt(10.0 * np.maximum(pressure_mpa, 0.0)) / 60.0)


def nozzle_k_factor(bore_mm: float = NOZZLE_MM) -> float:
    """K-factor [L/min at 0.1 MPa] of a smooth nozzle: Torricelli's v = √(2 p / ρ), without contraction."""
    area_m2 = np.pi * (bore_mm / 2000.0) ** 2
    return float(area_m2 * np.sqrt(2.0 * 1e5 / KG_PER_M3) * 1000.0 * 60.0)


def tank_level(volume_m3: Floats, area_m2: Floats) -> Floats:
    """Level [m] of upright walls: volume over area."""
    return volume_m3 / area_m2


def jockey_pressure(seconds: float, period_seconds: Floats, phase: Floats, span_mpa: float) -> Floats:
    """Saw-tooth [MPa] above the cut-in pressure: slow loss by leakage, then the jockey pump fills up.

    The span of 0.05 to 0.06 MPa is the usual step from cut-in to cut-out (design basis); a period of
    10 to 60 minutes stays below the 15 starts an hour of GB 50974-2014, 5.3.4.
    """
    position = np.mod(seconds / period_seconds + phase, 1.0)
    refill = JOCKEY_REFILL_SECONDS / period_seconds
    losing = 1.0 - position / (1.0 - refill)
    filling = (position - (1.0 - refill)) / refill
    return span_mpa * np.where(position < 1.0 - refill, losing, filling)
