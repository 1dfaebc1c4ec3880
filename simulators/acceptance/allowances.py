"""How long standards allow each rule from the moment at which there is something to see; design values elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """Seconds, and where they are written."""

    seconds: float
    source: str


_CENTRE = Allowance(10.0, "GB 26875.1-2011 4.1.2.1: fire at the centre within 10 s")
_STATE = Allowance(10.0, "GB 26875.1-2011 4.1.3.1: other states at the centre within 10 s")
_RATE = Allowance(260.0, "EN 54-5, class A1 at 10 K/min: 4 min 20 s")
_RESIDUAL = Allowance(30.0, "GB 14287.2-2014: 30 s")
_CABLE = Allowance(40.0, "GB 14287.3-2014: 40 s")
_ARC = Allowance(30.0, "GB 31252-2014 4.3.1, GB 14287.4-2014: 30 s")
_FLOW = Allowance(90.0, "NFPA 72: water flow within 90 s")
_FAULT = Allowance(100.0, "EN 54-2, GB 14287.1-2014: a fault within 100 s")

ALLOWED: Mapping[str, Allowance] = {
    "detector_fire_state": _CENTRE,
    "manual_call_point": _CENTRE,
    "device_fault_state": _STATE,
    "heat_rate_of_rise": _RATE,
    "residual_current_alarm": _RESIDUAL,
    "cable_temp_alarm": _CABLE,
    "arc_fault": _ARC,
    "sprinkler_water_flow": _FLOW,
    "power_or_line_fault": _FAULT,
}
"""Rules that no standard times have no entry: for them the latest time of each scenario counts."""
