"""The signs of one water system for `rules.water.diagnosis`, read from its gauges, meters, floats and pumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.water.diagnosis import Extent, Fall, Flow, Jockey, Signs, Tank
from rules.water.gauging import HOUR_US, Gauging
from rules.water.pumps import Pumps
from rules.water.sights import ASTRAY_L_S
from rules.water.systems import JOCKEY_L_S, MPA_PER_METRE, Members, WaterSystems
from schemas.columns import MICROSECONDS, NEVER
from schemas.roster import UNKNOWN

Floats = NDArray[np.float64]

LOW_MPA = 0.035
"""Below the mean of a day: the teeth of the saw reach 0.03 MPa down from it."""
GAP_MPA = 0.03
SUNK_MPA = 0.01
FASTER = 2.0
EMPTY_M = 0.15
FLOWS_L_S = 0.3
STILL_HOURS = 0.5
NOTHING_MPA = 0.01
AWAY_US = 90 * MICROSECONDS


def find_signs(
    systems: WaterSystems,
    system: int,
    slow: NDArray[np.void],
    gauging: Gauging,
    pumps: Pumps,
    now: int,
    *,
    flowed: bool = False,
) -> Signs:
    """What can be seen of one system now; `flowed` says that lately much water left its tank."""
    rows = np.flatnonzero((systems.gauges.system == system) & np.isfinite(gauging.value))
    # A fire pump that has come to help hides how low it was.
    shown = gauging.lowest[rows] if _runs(systems, system, pumps) else gauging.steady_low[rows]
    below, head = gauging.usual[rows] - shown, shown - MPA_PER_METRE * systems.head_m[rows]
    _level_with_the_others(below, gauging.value[rows])
    extent, odd = _find_extent(below, gauging.trough[rows] - shown, head)
    still = _hours_still(slow, gauging.slots[rows])
    stands = bool(len(rows) > 1 and still.max(initial=0.0) >= STILL_HOURS and still.min(initial=1.0) < 0.1)
    helped = _runs(systems, system, pumps)
    cycles = bool((gauging.teeth[rows] > 0).any())
    return Signs(
        extent,
        fall=_find_fall(gauging, rows, helped=helped),
        tank=_find_tank(systems, system, slow),
        # The pump feeds the pipes now, and the jockey pump has nothing to do.
        jockey=None if helped else _find_jockey(systems, system, pumps, cycles=cycles),
        flow=None if helped else _find_flow(systems, system, slow),
        one_stands_still=stands,
        one_cannot_be=_cannot_be(gauging, rows, below, odd),
        pump_stays_away=_stays_away(systems, system, pumps, now),
        water_goes_astray=_goes_astray(systems, system, slow, flowed=flowed),
    )


def _find_extent(below: Floats, below_trough: Floats, head: Floats) -> tuple[Extent, int | None]:
    """Which gauges are low, by how far each is below its usual and its usual trough (k,), and the odd one if any.

    What a gauge says of the worst hydrant, `head` (k,), tells of one that drifts more slowly than the usual follows.
    """
    if not len(below):
        return Extent.NONE, None
    sunk, holds = below_trough >= SUNK_MPA, below_trough < 0.0
    if (sunk | holds).all() and sunk.any() and holds.any():
        return _name_group(np.flatnonzero(sunk), np.flatnonzero(holds))
    for depth in (below, -head):
        order = np.argsort(depth)
        gaps = np.diff(depth[order])
        if len(gaps) and np.isfinite(gaps).all() and gaps.max() >= GAP_MPA:
            cut = int(gaps.argmax()) + 1
            return _name_group(order[cut:], order[:cut])
    return (Extent.ALL if np.mean(below) >= LOW_MPA else Extent.NONE), None


def _level_with_the_others(below: Floats, value: Floats) -> None:
    """A gauge that shows nothing cannot fall with the others any further; in place."""
    dry = value <= NOTHING_MPA
    if dry.any() and not dry.all() and (below[~dry] >= LOW_MPA).all():
        below[dry] = np.median(below[~dry])


def _name_group(lower: NDArray[np.intp], upper: NDArray[np.intp]) -> tuple[Extent, int | None]:
    """The smaller group is what is odd; of two alike the lower one."""
    group = lower if len(lower) <= len(upper) else upper
    return (Extent.ONE, int(group[0])) if len(group) == 1 else (Extent.SOME, None)


def _find_fall(gauging: Gauging, rows: NDArray[np.intp], *, helped: bool) -> Fall | None:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (gauging.last_fall if helped else gauging.falling_now())[rows] / gauging.falls[rows]
    known = ratio[np.isfinite(ratio)]
    if not len(known):
        return None
    return Fall.FASTER if np.median(known) >= FASTER else Fall.AS_USUAL


def _find_tank(systems: WaterSystems, system: int, slow: NDArray[np.void]) -> Tank | None:
    levels = _newest(systems.floats, system, slow)
    return None if not len(levels) else Tank.EMPTY if levels.min() <= EMPTY_M else Tank.ENOUGH


def _find_flow(systems: WaterSystems, system: int, slow: NDArray[np.void]) -> Flow | None:
    flows = _newest(systems.tank_meters, system, slow)
    return None if not len(flows) else Flow.SOME if flows.max() >= FLOWS_L_S else Flow.NONE


def _goes_astray(systems: WaterSystems, system: int, slow: NDArray[np.void], *, flowed: bool) -> bool:
    """Whether more leaves the tank than a jockey pump takes, and nothing of it passes the meters at the hydrants.

    Where it did lately, `flowed`, a fire pump may have taken over since.
    """
    leaves, passes = _newest(systems.tank_meters, system, slow), _newest(systems.meters, system, slow)
    if not len(leaves) or not len(passes):
        return False
    least = ASTRAY_L_S + (JOCKEY_L_S if systems.has_jockey[system] else 0.0)
    return bool((flowed or leaves.max() >= least) and passes.max() < FLOWS_L_S)


def _find_jockey(systems: WaterSystems, system: int, pumps: Pumps, *, cycles: bool) -> Jockey | None:
    slots = systems.jockeys.slots[systems.jockeys.system == system]
    if not len(slots):
        # One that nobody registered shows in the pressure.
        return None if cycles else Jockey.ABSENT
    return Jockey.RUNS if (pumps.running[slots] != NEVER).any() else Jockey.RESTS


def _cannot_be(gauging: Gauging, rows: NDArray[np.intp], below: Floats, odd: int | None) -> bool:
    """Whether the odd one shows nothing at all where there was pressure, or more than the others."""
    if odd is None:
        return False
    nothing = gauging.value[rows[odd]] <= NOTHING_MPA < gauging.usual[rows[odd]]
    return bool(nothing or below[odd] < np.median(below) - GAP_MPA / 2)


def _runs(systems: WaterSystems, system: int, pumps: Pumps) -> bool:
    pump = int(systems.pump[system])
    return pump != UNKNOWN and bool(pumps.running[pump] != NEVER)


def _stays_away(systems: WaterSystems, system: int, pumps: Pumps, now: int) -> bool:
    """Whether the fire pump is called and should have come by now."""
    pump = int(systems.pump[system])
    if pump == UNKNOWN or pumps.called[pump] == NEVER or pumps.running[pump] != NEVER:
        return False
    return bool(now - pumps.called[pump] >= AWAY_US)


def _newest(members: Members, system: int, slow: NDArray[np.void]) -> Floats:
    slots = members.slots[members.system == system]
    return np.asarray(slow["value"][slots[slow["newest"][slots] != NEVER]])


def _hours_still(slow: NDArray[np.void], slots: NDArray[np.int32]) -> Floats:
    return np.asarray((slow["newest"][slots] - slow["changed_at"][slots]) / HOUR_US)
