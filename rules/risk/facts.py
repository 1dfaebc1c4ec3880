"""What is known of buildings when their risk is judged, as columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from schemas.risk import RiskChange

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Facts:
    """Of (n,) buildings at one hour.

    Attributes
    ----------
    building_class, use
        Places in `BUILDING_CLASSES` and `BUILDING_USES`.
    height_m
        Up to the roof.
    high_risk
        Whether the city names it so.
    fires, warnings, water
        Active alerts of classes fire, warning and supervisory, weighed by their colour: see `COLOUR_WEIGHTS`.
    devices
        In service; of none nothing is known, which is as bad as if all were silent.
    silent, faults, disabled
        Devices not heard; detectors that are dead, stuck or otherwise not to be believed; devices disabled.
    hazards, overdue
        Open hazards, and those of them that should have been mended by now.
    past_fires, past_warnings
        Of the ninety days before: fires that somebody ruled to be real, and warnings nobody ruled to be false.
    hour
        Of the day in China.
    """

    building_class: Codes
    use: Codes
    height_m: Floats
    high_risk: NDArray[np.bool_]
    fires: Floats
    warnings: Floats
    water: Floats
    devices: Floats
    silent: Floats
    faults: Floats
    disabled: Floats
    hazards: Floats
    overdue: Floats
    past_fires: Floats
    past_warnings: Floats
    hour: int

    def after(self, change: RiskChange) -> Facts:
        """What would be known once somebody had done this."""
        nought = np.zeros_like(self.fires)
        match change:
            case RiskChange.END_ALERTS:
                return replace(self, fires=nought, warnings=nought)
            case RiskChange.RESTORE_WATER:
                return replace(self, water=nought)
            case RiskChange.BRING_BACK_DEVICES:
                return replace(self, silent=nought)
            case RiskChange.REPAIR_DETECTORS:
                return replace(self, faults=nought)
            case RiskChange.ENABLE_DEVICES:
                return replace(self, disabled=nought)
            case RiskChange.MEND_OVERDUE:
                return replace(self, overdue=nought, hazards=np.maximum(self.hazards - self.overdue, 0.0))
            case RiskChange.MEND_HAZARDS:
                return replace(self, overdue=nought, hazards=nought)


COLOUR_WEIGHTS = (3.0, 1.5, 0.7, 0.2)
"""What an alert counts for, from red to blue: design values."""
