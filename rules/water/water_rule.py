"""What a rule over water systems is, and what its judge sees at a tick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rules.rule import Lookup, Rule
from rules.water.systems import WaterSystems
from schemas.domain import Severity

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class About(StrEnum):
    """What the alerts of a rule are about."""

    GAUGE = "gauge"
    TANK_METER = "tank_meter"
    PUMP = "pump"


@dataclass(frozen=True)
class WaterView:
    """Systems (n,) at a tick; what has not been heard for three intervals is NaN, and so is what is not measured.

    Attributes
    ----------
    worst
        Pressure at the worst hydrant by the lowest of the gauges that can tell [MPa]: both their newest samples
        reach no more, and the height is taken off.
    outlet
        The lowest pressure that a gauge at a hydrant shows [MPa], the height to the worst one taken off.
    most_at_outlet
        The highest pressure that a gauge at a hydrant shows where it stands, over both its newest samples [MPa].
    flow, tank_flow
        The most that any meter, or the one at the tank, shows beyond what a jockey pump takes [L/s].
    drop
        By how much the pressure fell below what was usual within the hour, over two samples of a gauge [MPa].
    below_trough
        How far the pressure is below where the jockey pump usually starts [MPa].
    starts
        Of the jockey pump within the hour.
    spread
        By how much the gauges of a riser differ, each with its height taken off [MPa].
    stuck_hours
        For how long a gauge has not moved while another moved by a tooth of the saw [h].
    has_jockey
        Whether a jockey pump holds the pressure: one that is registered, or is seen in the saw-tooth.
    decay, grown_decay
        How fast the pressure has fallen between the last starts of the jockey pump [MPa/h], and how many times as fast
        as usual; of the gauges that know it the one that says least.
    pump_runs_s, pump_called_s, pump_stopped_s
        For how long the fire pump has run, has been called and has been stopped [s]; NaN while it has not.
    flows_s
        For how long a meter has shown what calls the pump [s]; NaN while none does.
    rose
        How much the pressure has risen since the pump was called [MPa].
    parameter
        ``parameter(name)``: a parameter of the rule, (n,), as it is in force for each system.
    """

    systems: WaterSystems
    worst: Floats
    outlet: Floats
    most_at_outlet: Floats
    flow: Floats
    tank_flow: Floats
    drop: Floats
    below_trough: Floats
    starts: Floats
    spread: Floats
    stuck_hours: Floats
    has_jockey: Flags
    decay: Floats
    grown_decay: Floats
    pump_runs_s: Floats
    pump_called_s: Floats
    pump_stopped_s: Floats
    flows_s: Floats
    rose: Floats
    parameter: Lookup

    @property
    def is_still(self) -> Flags:
        """Whether no water is drawn and no pump runs, as far as anybody measures it (n,)."""
        return ~(self.flow >= self.parameter("still_below")) & np.isnan(self.pump_runs_s)


@dataclass(frozen=True)
class WaterJudgement:
    """For each system (n,): does it speak for the condition, for its end, by what figure, against what limit.

    `grave` are those that take the gravest colour at once.
    """

    holds: Flags
    clears: Flags
    measure: Floats
    limit: Floats
    grave: Flags | None = None


@dataclass(frozen=True)
class WaterRule(Rule):
    """It raises when its judge says so for `on_seconds` of ticks, and ends when it speaks for that for `off_seconds`.

    What has lasted for `grave_seconds`, if it has such a parameter, takes the colour `gravest`. A rule that `explains`
    gives the likely causes with its alert.
    """

    unit: str = "MPa"
    about: About = About.GAUGE
    judge: Callable[[WaterView], WaterJudgement] = field(kw_only=True)
    gravest: Severity | None = None
    explains: bool = False
