"""Tanks, risers and pumps against closed forms: hydrostatics, Torricelli, K-factors, volume over area."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulators.water import hydraulics
from simulators.water.course import MINUTES_A_DAY, Course, Day
from simulators.water.network import STEP_SECONDS, Hands, Network
from simulators.water.plant import FOOT_TAP, SPAN_MPA, TOP_TAP, Plants, build_plants
from simulators.water.troubles import Trouble, make_troubles

COUNT = 6


def leave_alone(plants: Plants) -> Hands:
    none, all_well = np.zeros(len(plants)), np.ones(len(plants), np.bool_)
    return Hands(none, none, ~all_well, *([all_well] * 5), np.ones(len(plants)), none)


def make_plants(jockey_share: float = 1.0) -> Plants:
    return build_plants(COUNT, np.random.default_rng(1), jockey_share)


def live_day(kind: Trouble, onset: int = 60, jockey_share: float = 1.0) -> tuple[Plants, Day]:
    plants, rng = make_plants(jockey_share), np.random.default_rng(2)
    troubles = make_troubles(kind, plants, np.full(COUNT, onset), rng)
    (day,) = Course(plants, troubles, rng).live(1, first_day=40)
    return plants, day


def test_a_nozzle_of_nineteen_millimetres_passes_what_torricelli_says() -> None:
    flow = hydraulics.orifice_flow(np.array(hydraulics.nozzle_k_factor(19.0)), np.array([0.25]))
    velocity = np.sqrt(2 * 0.25e6 / 1000.0)
    assert flow[0] == pytest.approx(np.pi * 0.0095**2 * velocity * 1000.0)
    # One nozzle of an indoor hydrant is reckoned with 5 L/s at least.
    assert flow[0] > 5.0


def test_between_foot_and_top_there_is_the_weight_of_the_water() -> None:
    plants = make_plants()
    shown = Network(plants, np.random.default_rng(3)).step(leave_alone(plants))
    difference = shown.taps[:, FOOT_TAP] - shown.taps[:, TOP_TAP]
    assert difference == pytest.approx(0.00981 * (plants.top_m + 4.0))


def test_pressure_between_two_starts_falls_as_fast_as_the_vessel_empties() -> None:
    plants = make_plants()
    network = Network(plants, np.random.default_rng(3))
    network.near = network.beyond = plants.stop_mpa.copy()
    before = network.near.copy()
    network.step(leave_alone(plants))
    leaks = hydraulics.orifice_flow(plants.seepage_k, before + 0.00981 * plants.top_m / 2)
    assert before - network.near == pytest.approx(leaks * STEP_SECONDS * SPAN_MPA / plants.vessel_l)


def test_a_jockey_pump_keeps_the_pressure_in_its_band_and_starts_one_to_three_times_an_hour() -> None:
    plants, day = live_day(Trouble.NONE)
    assert (day.worst >= plants.start_mpa - 0.02).all()
    assert (day.worst <= plants.stop_mpa + 0.02).all()
    starts = day.jockey_starts.sum(axis=0) / 24.0
    assert ((starts > 0.7) & (starts < 3.2)).all()


def test_a_tank_of_upright_walls_falls_by_volume_over_area() -> None:
    plants = make_plants(jockey_share=0.0)
    network = Network(plants, np.random.default_rng(3))
    level = network.level.copy()
    hands = replace(leave_alone(plants), hydrants=np.ones(COUNT), refill_works=np.zeros(COUNT, np.bool_))
    drawn = sum(network.step(hands).outflow * STEP_SECONDS / 1000.0 for _ in range(30))
    assert level - network.level == pytest.approx(hydraulics.tank_level(drawn, plants.tank_area_m2))


def test_without_a_jockey_pump_the_highest_hydrant_has_the_head_of_the_tank() -> None:
    plants = make_plants(jockey_share=0.0)
    network = Network(plants, np.random.default_rng(3))
    for _ in range(5):
        shown = network.step(leave_alone(plants))
    assert shown.worst == pytest.approx(plants.tank_head_mpa + 0.00981 * shown.level, abs=0.002)


def test_a_pump_that_is_called_runs_after_its_delay_and_one_at_fault_never() -> None:
    plants = make_plants()
    called = replace(leave_alone(plants), pump_called=np.ones(COUNT, np.bool_))
    network, broken = (Network(plants, np.random.default_rng(3)) for _ in range(2))
    ran = np.array([network.step(called).pump_runs for _ in range(6)])
    assert not ran[0].any()
    assert ran[-1].all()
    at_fault = replace(called, pump_works=np.zeros(COUNT, np.bool_))
    assert not any(broken.step(at_fault).pump_runs.any() for _ in range(6))


@pytest.mark.parametrize(
    ("kind", "share"),
    [(Trouble.BURST, 1.0), (Trouble.TANK_VALVE_CLOSED, 1.0), (Trouble.JOCKEY_FAULT, 1.0)],
)
def test_what_goes_wrong_brings_the_worst_hydrant_below_its_limit(kind: Trouble, share: float) -> None:
    plants, day = live_day(kind, 40 * MINUTES_A_DAY + 60, share)
    assert (day.worst[:50] > plants.limit_mpa).all()
    # Then the fire pump comes to help.
    assert (day.worst.min(axis=0) < plants.limit_mpa).all()


def test_behind_a_shut_valve_the_lower_hydrants_go_their_own_way() -> None:
    plants, day = live_day(Trouble.RISER_VALVE_CLOSED, 40 * MINUTES_A_DAY + 60)
    heads = day.pressure - plants.static_at_taps()
    assert np.ptp(heads[:50].mean(axis=0), axis=1).max() < 0.05
    assert (heads[-1, :, TOP_TAP] - heads[-1, :, FOOT_TAP] > 0.05).all()
