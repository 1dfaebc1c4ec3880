"""Residual current: what many appliances leak through their filters, what damp surfaces let through, what is faulty.

All of it flows to earth as phasors. Filters leak through capacitors, a quarter of a period ahead of the voltage of
their phase, and leaks of three phases cancel as far as they are alike:
I = U·2πf·C of one phase, nothing of three equal ones.
Damp and damaged insulation is a resistance, in step with the voltage of its phase.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats

Phasors = NDArray[np.complex128]

MAINS_VOLT, MAINS_HERTZ = 220.0, 50.0
PHASORS: Phasors = np.exp(-2j * np.pi * np.arange(3) / 3)
"""Voltages of the phases, of length one."""
ALWAYS_ON, SWITCHED = 0.4, 1.2
"""Of what leaks at half the rated load: so much always, and so much more with each share of the rated load. Over a day
that moves it by ± 30 %."""
_DAMP_FROM_PERCENT, _DAMP_PERCENT = 50.0, 20.0


def capacitor_leak(farad: Floats) -> Floats:
    """Milliamperes that a capacitor from a phase to earth leaks: U·2πf·C (6.9 mA for 100 nF)."""
    return MAINS_VOLT * 2 * np.pi * MAINS_HERTZ * farad * 1000.0


def with_load(natural_ma: Floats, share: Floats) -> Floats:
    """Residual current [mA] of a healthy circuit at a share of its rated load.

    Natural leakage is usually 100 to 200 mA (explanation of GB 50116-2013, 9.2.3).
    """
    return natural_ma * (ALWAYS_ON + SWITCHED * share)


def draw_phases(rng: np.random.Generator, natural_ma: Floats) -> Phasors:
    """What leaks on each phase at half the rated load (n, 3) [mA], coming to `natural_ma` (n,).

    Appliances are shared out by chance: they never cancel altogether.
    """
    shares = rng.dirichlet((2.0, 2.0, 2.0), len(natural_ma))
    phasors = 1j * shares * PHASORS
    size = np.abs(phasors.sum(axis=1))
    # Where the phases are nearly alike the same natural leakage takes more appliances, but not without bound.
    return np.asarray(phasors * (natural_ma / np.maximum(size, 0.1))[:, None])


def appliance_noise(share: Floats, n_appliances: Floats, normals: Floats) -> Floats:
    """Share of many appliances that is on: binomial about its mean, in the normal limit, never outside 0 to 1."""
    deviation = np.sqrt(np.clip(share * (1 - share), 0, None) / n_appliances)
    return np.clip(share + deviation * normals, 0.0, 1.0)


def damp_factor(percent: Floats) -> Floats:
    """Surface leakage as a multiple of what it grows by from 50 %RH on: exponential in humidity (design value)."""
    return np.expm1(np.maximum(percent - _DAMP_FROM_PERCENT, 0.0) / _DAMP_PERCENT)


def add_up(
    phases: Phasors, on: Floats, damp_ma: Floats, fault_ma: Floats, fault_phase: NDArray[np.intp]
) -> Floats:
    """Residual current (m, n) [mA] of circuits with phases (n, 3) of which a share is on (m, n, 3).

    Damp leaks on the phase that leaks most, a fault on `fault_phase` (n,), both as resistances.
    """
    capacitive = ((ALWAYS_ON + SWITCHED * on) * phases).sum(axis=2)
    wettest = PHASORS[np.abs(phases).argmax(axis=1)]
    total = capacitive + damp_ma * wettest + fault_ma * PHASORS[fault_phase]
    return np.asarray(np.abs(total))
