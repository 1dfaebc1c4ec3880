"""What is seen of all water systems at a tick, put together from gauges, meters and pumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.rule import seconds
from rules.ticking import find_fresh_us, have_lasted, keep_since
from rules.water.gauging import HOUR_US, Gauging
from rules.water.pumps import Pumps
from rules.water.systems import JOCKEY_L_S, MPA_PER_METRE, Members, WaterSystems
from rules.water.water_rule import WaterView
from schemas.columns import MICROSECONDS, NEVER
from schemas.roster import UNKNOWN

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Times = NDArray[np.int64]

DROP_MPA = 0.10
SAW_MPA = 0.03
"""Half of what a jockey pump lifts the pressure by."""
DEMAND_L_S = 1.5
DEMAND_US = seconds(30)
"""So much flow for so long calls the fire pump, as the flow switch at the tank does (GB 50974-2014 11.0.4).

One that is set to 1 L/s has surely closed by then, whatever the meter errs by.
"""
LATELY_US = seconds(600)
ASTRAY_L_S = 0.8
"""More than leaks are in their first days, and less than a flow switch waits for."""


class Sights:
    """Looks at the systems of a roster; remembers since when water flows, and the pressure when the pump was called."""

    def __init__(self, systems: WaterSystems, intervals_us: Times) -> None:
        self._systems = systems
        self._fresh_us = find_fresh_us(intervals_us)
        self._flows_since = np.full(len(systems), NEVER, np.int64)
        self._flowed_at = np.full(len(systems), NEVER, np.int64)
        self._called_at = np.full(len(systems), NEVER, np.int64)
        self._head_when_called = np.full(len(systems), np.nan)
        self._order = np.argsort(systems.gauges.system, kind="stable")
        _, self._first = np.unique(systems.gauges.system[self._order], return_index=True)

    def look(self, now: int, slow: NDArray[np.void], gauging: Gauging, pumps: Pumps) -> WaterView:
        """At `now`, by what sensors (n_sensors,) showed last; the view's parameters are for each rule to set."""
        self.follow(now, slow, gauging)
        tank = self._most(self.read(self._systems.tank_meters, now, slow), self._systems.tank_meters)
        tank = np.where(self._systems.has_jockey, np.maximum(tank - JOCKEY_L_S, 0.0), tank)
        self._flowed_at = np.where(tank >= ASTRAY_L_S, now, self._flowed_at)
        flow = np.fmax(self._most(self.read(self._systems.meters, now, slow), self._systems.meters), tank)
        runs_s = self._seconds(now, pumps.running)
        heads = self._heads(gauging)
        called_s, rose = self._find_call(now, pumps, flow, heads)
        system = self._systems.gauges.system
        fine = np.where(self._systems.fine, heads, np.nan)
        return WaterView(
            systems=self._systems,
            worst=self._least(fine),
            outlet=self._least(np.where(self._systems.at_riser, fine, np.nan)),
            most_at_outlet=self._most_of_gauges(
                np.where(self._systems.at_riser, gauging.steady_high, np.nan)
            ),
            flow=flow,
            tank_flow=tank,
            drop=self._find_drop(slow, gauging),
            below_trough=self._most_of_gauges(gauging.trough - gauging.steady_low),
            starts=np.fmax(
                self._most_of_gauges(np.where(self._systems.quick, gauging.starts_per_hour(now), np.nan)),
                self._declared_starts(now, pumps),
            ),
            spread=self._most_of_gauges(fine) - self._least(fine),
            stuck_hours=self._find_stuck(slow, gauging, system),
            has_jockey=self._systems.has_jockey | ~np.isnan(self._least(gauging.trough)),
            decay=self._least(np.where(self._systems.quick, gauging.decay, np.nan)),
            grown_decay=self._least(np.where(self._systems.quick, gauging.grown_decay, np.nan)),
            pump_runs_s=runs_s,
            pump_called_s=called_s,
            pump_stopped_s=self._seconds(now, pumps.stopped),
            flows_s=_since(now, self._flows_since),
            rose=rose,
            parameter=_no_parameter,
        )

    def follow(self, now: int, slow: NDArray[np.void], gauging: Gauging) -> None:
        """Let gauges learn from what they showed last."""
        slots = gauging.slots
        newest, value = slow["newest"][slots], slow["value"][slots]
        fresh = (newest != NEVER) & (now - np.maximum(newest, 0) <= self._fresh_us[slots])
        gauging.take(now, newest, value, fresh, self._find_reference(slow, gauging) - value >= DROP_MPA)

    def flowed_lately(self, system: int, now: int) -> bool:
        """Whether so much left the tank within ten minutes that its flow switch may have called the pump."""
        at = int(self._flowed_at[system])
        return at != NEVER and now - at <= LATELY_US

    def read(self, members: Members, now: int, slow: NDArray[np.void]) -> Floats:
        """The newest values (k,) of sensors, NaN of those that have not been heard for three intervals."""
        fresh = now - slow["newest"][members.slots] <= self._fresh_us[members.slots]
        return np.where(
            fresh & (slow["newest"][members.slots] != NEVER), slow["value"][members.slots], np.nan
        )

    def _heads(self, gauging: Gauging) -> Floats:
        """What each gauge (k,) says of the worst hydrant [MPa]."""
        return np.asarray(gauging.steady_low - MPA_PER_METRE * self._systems.head_m)

    def _find_drop(self, slow: NDArray[np.void], gauging: Gauging) -> Floats:
        fallen = self._find_reference(slow, gauging) - gauging.steady_low
        # Far below takes two samples of the same gauge; what has come back a little is told as it is.
        sure = np.where((fallen < DROP_MPA) | (gauging.drops >= 2), fallen, np.nan)
        return self._most_of_gauges(sure)

    def _find_reference(self, slow: NDArray[np.void], gauging: Gauging) -> Floats:
        """What was usual within the hour (k,), but no more than the day's: a fire pump that stops is no fall."""
        return np.asarray(np.fmin(slow["baseline"][gauging.slots], gauging.usual + SAW_MPA))

    def _find_stuck(self, slow: NDArray[np.void], gauging: Gauging, system: NDArray[np.intp]) -> Floats:
        """For how long the stillest gauge of each system has not moved while another moved by a tooth [h]."""
        slots = gauging.slots
        with np.errstate(invalid="ignore"):
            still = (slow["newest"][slots] - np.maximum(slow["changed_at"][slots], 0)) / HOUR_US
        still = np.where(np.isnan(gauging.value), np.nan, still)
        moved = np.zeros(len(self._systems), np.bool_)
        lately = still < 0.1
        cycles = lately & (gauging.teeth > 0)
        np.logical_or.at(moved, system, cycles)
        return np.where(moved, self._most_of_gauges(still), np.nan)

    def _find_call(self, now: int, pumps: Pumps, flow: Floats, heads: Floats) -> tuple[Floats, Floats]:
        """For how long the fire pump has been called [s], and by how much the pressure has risen since [MPa]."""
        flows = flow >= DEMAND_L_S
        self._flows_since = keep_since(self._flows_since, flows, now)
        pump = self._systems.pump
        declared = np.where(pump == UNKNOWN, NEVER, pumps.called[pump])
        long = have_lasted(self._flows_since, now, DEMAND_US)
        called = np.where(declared != NEVER, declared, np.where(long, self._flows_since, NEVER))
        called = np.where(pump == UNKNOWN, NEVER, called)
        head = self._least(heads)
        fresh = (called != NEVER) & (self._called_at == NEVER)
        self._head_when_called = np.where(fresh, head, self._head_when_called)
        self._called_at = called
        return _since(now, called), head - self._head_when_called

    def _seconds(self, now: int, since: Times) -> Floats:
        """For how long the fire pump of each system has been so [s]; NaN where it is not."""
        pump = self._systems.pump
        return _since(now, np.where(pump == UNKNOWN, NEVER, since[pump]))

    def _declared_starts(self, now: int, pumps: Pumps) -> Floats:
        starts = np.full(len(self._systems), np.nan)
        jockeys = self._systems.jockeys
        for slot, system in zip(jockeys.slots.tolist(), jockeys.system.tolist(), strict=True):
            starts[system] = np.fmax(starts[system], float(pumps.starts_per_hour(slot, now)))
        return starts

    def _most(self, values: Floats, members: Members) -> Floats:
        most = np.full(len(self._systems), np.nan)
        np.fmax.at(most, members.system, values)
        return most

    def _most_of_gauges(self, values: Floats) -> Floats:
        return np.asarray(-self._least(-values))

    def _least(self, values: Floats) -> Floats:
        """The least of the gauges of each system (n,); they stand side by side."""
        if not len(self._order):
            return np.empty(0)
        return np.asarray(np.fmin.reduceat(values[self._order], self._first))


def _since(now: int, at: Times) -> Floats:
    """Seconds since a time (n,); NaN for one that has not come."""
    return np.where(at == NEVER, np.nan, (now - np.maximum(at, 0)) / MICROSECONDS)


def _no_parameter(name: str) -> Floats:
    raise KeyError(name)
