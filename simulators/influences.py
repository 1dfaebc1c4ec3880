"""What incidents do to the city during one step: zero everywhere in ordinary life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.layout import Layout
from simulators.optics import Floats


@dataclass
class Influences:
    """Columns that incidents add to.

    Attributes
    ----------
    gas_rise, jet_velocity, smoke, co
        Around each detector (n_detectors,): K, m/s, dB/m, ppm.
    riser_dry
        Risers (n_risers,) whose supply is cut.
    open_heads
        Sprinkler heads open behind each meter (n_meters,).
    joint_rise
        What a loose joint adds in the end to each phase (n_circuits, 3) [K].
    residual_fault
        Earth-fault current of each circuit (n_circuits,) [mA].
    silent
        Devices (n_devices,) that say nothing.
    """

    gas_rise: Floats
    jet_velocity: Floats
    smoke: Floats
    co: Floats
    riser_dry: NDArray[np.bool_]
    open_heads: Floats
    joint_rise: Floats
    residual_fault: Floats
    silent: NDArray[np.bool_]

    @classmethod
    def none(cls, layout: Layout) -> Influences:
        """Those of a moment in which nothing happens."""
        detectors, circuits = len(layout.detectors.device), len(layout.circuits.device)
        return cls(
            gas_rise=np.zeros(detectors),
            jet_velocity=np.zeros(detectors),
            smoke=np.zeros(detectors),
            co=np.zeros(detectors),
            riser_dry=np.zeros(len(layout.water.riser_building), dtype=np.bool_),
            open_heads=np.zeros(len(layout.water.meter)),
            joint_rise=np.zeros((circuits, 3)),
            residual_fault=np.zeros(circuits),
            silent=np.zeros(len(layout.device_building), dtype=np.bool_),
        )
