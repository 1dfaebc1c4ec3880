"""Water in motion: pressures of two sections of each riser, tank, jockey and fire pumps, twenty seconds at a step.

::

    tank ──valve── jockey, vessel ──┬── section near the tank: upper hydrants
                                    └──valve── section beyond: lower hydrants, pump room, fire pump

Pressures are told at the height of the highest hydrant [MPa]; what stands lower has hydrostatics on top of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats
from simulators.water.hydraulics import MPA_PER_METRE, nozzle_k_factor, orifice_flow
from simulators.water.plant import SPAN_MPA, Plants

Flags = NDArray[np.bool_]

STEP_SECONDS = 20.0
BEYOND_SHARE = 0.4
"""Of pipes, vessel and seepage, what belongs to the section beyond the valve."""
STIFF = 0.3
"""A section cut off from the vessel gives so much less for the same fall of pressure."""
PIPE_MPA_PER_LS2 = 0.0004
"""Loss of pressure on the way from the tank, by the square of the flow."""
NOZZLE_K = nozzle_k_factor()
FLOW_SWITCH_L_S = 1.0


@dataclass(frozen=True)
class Hands:
    """What people and faults do in a step, (n,) each.

    Attributes
    ----------
    leak_k
        K-factor of leaks beyond ordinary seepage [L/min at 0.1 MPa], at the middle of the riser.
    hydrants
        Open nozzles at the highest hydrant.
    pump_called
        Somebody, or a test, starts the fire pump.
    """

    leak_k: Floats
    hydrants: Floats
    pump_called: Flags
    tank_valve: Flags
    riser_valve: Flags
    jockey_works: Flags
    refill_works: Flags
    pump_works: Flags
    vessel_share: Floats
    reducer_mpa: Floats


@dataclass(frozen=True)
class Shown:
    """What could be measured after a step.

    Attributes
    ----------
    taps
        True pressures (n, N_TAPS) [MPa].
    worst
        True pressure at the worst hydrant (n,) [MPa].
    outflow
        From the tank (n,) [L/s].
    drawn
        At the hydrants (n,) [L/s].
    """

    taps: Floats
    worst: Floats
    outflow: Floats
    drawn: Floats
    level: Floats
    jockey_runs: Flags
    pump_runs: Flags
    pump_demanded: Flags


class Network:
    """State of (n,) buildings."""

    def __init__(self, plants: Plants, rng: np.random.Generator) -> None:
        self._plants = plants
        count = len(plants)
        gravity = plants.tank_head_mpa + MPA_PER_METRE * 0.9 * plants.full_m
        anywhere = plants.start_mpa + rng.random(count) * SPAN_MPA
        self.near = np.where(plants.has_jockey, anywhere, gravity)
        self.beyond = self.near.copy()
        self.level = plants.full_m * rng.uniform(0.95, 1.0, count)
        self._jockey_runs = np.zeros(count, np.bool_)
        self._filling = np.zeros(count, np.bool_)
        self._pump_wait = np.zeros(count)
        self._pump_runs = np.zeros(count, np.bool_)
        self._outflow, self._loss, self._drawn = np.zeros(count), np.zeros(count), np.zeros(count)
        self._by_gravity = np.zeros(count, np.bool_)
        self._static = plants.static_at_taps()
        # Who finds the pump running with nothing but seepage to feed stops it.
        self._small_leaks = 20.0 * plants.seepage_k
        self._leak_head = MPA_PER_METRE * plants.top_m / 2

    def step(self, hands: Hands) -> Shown:
        """Let twenty seconds pass."""
        plants = self._plants
        has_water = (self.level > 0.02) & hands.tank_valve
        # The flow switch at the tank calls the pump, and so does the pressure switch (GB 50974-2014 11.0.4).
        switched = self._by_gravity & (self._loss >= FLOW_SWITCH_L_S)
        demanded = hands.pump_called | switched | (self.near < plants.pump_start_mpa)
        self._start_pumps(hands, has_water, demanded)
        self._lose_and_fill(hands, has_water)
        self._take_from_tank(hands)
        section = np.where(plants.beyond, self.beyond[:, None], self.near[:, None])
        taps = np.maximum(section + self._static + hands.reducer_mpa[:, None], 0.0)
        worst = np.maximum(np.minimum(self.near, self.beyond), 0.0)
        return Shown(
            taps, worst, self._outflow, self._drawn, self.level, self._jockey_runs, self._pump_runs, demanded
        )

    def _start_pumps(self, hands: Hands, has_water: Flags, demanded: Flags) -> None:
        plants = self._plants
        low, high = self.near <= plants.start_mpa, self.near >= plants.stop_mpa
        wants = (self._jockey_runs | low) & ~high
        self._jockey_runs = wants & hands.jockey_works & plants.has_jockey
        self._pump_wait = np.where(demanded, self._pump_wait + STEP_SECONDS, 0.0)
        # Once it runs it is stopped by hand only, here when nobody calls and the pressure is there.
        wanted = demanded | (self._pump_runs & ((hands.hydrants > 0) | (hands.leak_k > self._small_leaks)))
        came = self._pump_runs | (self._pump_wait >= plants.pump_delay_s)
        self._pump_runs = wanted & came & hands.pump_works

    def _lose_and_fill(self, hands: Hands, has_water: Flags) -> None:
        plants = self._plants
        compliance = plants.vessel_l * hands.vessel_share / SPAN_MPA
        open_riser = hands.riser_valve
        joint = np.where(open_riser, (self.near + self.beyond) / 2, self.near)
        self._drawn = hands.hydrants * orifice_flow(np.asarray(NOZZLE_K), joint)
        loss_near = self._drawn + orifice_flow(
            hands.leak_k + plants.seepage_k * np.where(open_riser, 1.0, 1.0 - BEYOND_SHARE),
            joint + self._leak_head,
        )
        delivered = np.where(self._jockey_runs & has_water, plants.jockey_l_s, 0.0)
        near = joint + (delivered - loss_near) * STEP_SECONDS / compliance
        gravity = plants.tank_head_mpa + MPA_PER_METRE * self.level
        gravity = gravity - PIPE_MPA_PER_LS2 * loss_near**2
        self._by_gravity = has_water & (near < gravity) & ~self._pump_runs
        near = np.where(self._by_gravity, gravity, near)
        near = np.where(self._pump_runs, plants.pump_head_mpa - PIPE_MPA_PER_LS2 * loss_near**2, near)
        # A pump that has stopped leaves its pressure behind; the vessel bears no more than that.
        self.near = np.clip(near, -0.09, plants.pump_head_mpa)
        loss_beyond = orifice_flow(plants.seepage_k * BEYOND_SHARE, self.beyond + 2 * self._leak_head)
        alone = self.beyond - loss_beyond * STEP_SECONDS / (compliance * STIFF)
        self.beyond = np.where(open_riser, self.near, np.maximum(alone, -0.09))
        self._loss, self._delivered = loss_near, delivered

    def _take_from_tank(self, hands: Hands) -> None:
        plants = self._plants
        taken = np.where(self._by_gravity, self._loss, self._delivered)
        litres = taken * STEP_SECONDS
        self._filling = (self._filling | (self.level < 0.97 * plants.full_m)) & (self.level < plants.full_m)
        gained = np.where(self._filling & hands.refill_works, plants.refill_l_s, 0.0) * STEP_SECONDS
        self.level = np.clip(
            self.level + (gained - litres) / (1000.0 * plants.tank_area_m2), 0.0, plants.full_m
        )
        self._outflow = taken
