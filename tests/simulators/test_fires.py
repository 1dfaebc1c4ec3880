"""Formulas of fire against worked examples and closed forms (design basis)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import fires
from simulators.fires import CABLE, FOAM, WOOD, Growth


def array(*values: float) -> np.ndarray:
    return np.array(values)


@pytest.mark.parametrize(
    ("growth", "seconds"),
    [(Growth.SLOW, 600), (Growth.MEDIUM, 300), (Growth.FAST, 150), (Growth.ULTRA_FAST, 75)],
)
def test_each_growth_class_reaches_1055_kw_at_its_time(growth: Growth, seconds: float) -> None:
    assert fires.heat_release_kw(growth.value, array(seconds), 5000)[0] == pytest.approx(1055, rel=0.001)


def test_a_fire_releases_nothing_before_it_starts_and_no_more_than_its_peak() -> None:
    assert fires.heat_release_kw(Growth.FAST.value, array(-10, 10_000), 800).tolist() == [0, 800]


@pytest.mark.parametrize(("seconds", "heat_kw", "rise"), [(30, 42, 10), (60, 169, 26)])
def test_a_fast_fire_under_a_ceiling_of_3_m_is_as_in_the_worked_example(
    seconds: float, heat_kw: float, rise: float
) -> None:
    heat = fires.heat_release_kw(Growth.FAST.value, array(seconds), 5000)
    assert heat[0] == pytest.approx(heat_kw, abs=0.5)
    assert fires.ceiling_jet_rise(heat, array(3), array(3))[0] == pytest.approx(rise, abs=0.6)


def test_the_ceiling_jet_does_not_jump_where_its_branches_meet() -> None:
    heat, ceiling = array(100, 100), array(3, 3)
    rise = fires.ceiling_jet_rise(heat, ceiling, array(0.18, 0.1801) * 3)
    velocity = fires.ceiling_jet_velocity(heat, ceiling, array(0.15, 0.1501) * 3)
    assert rise[1] == pytest.approx(rise[0], rel=0.01)
    assert velocity[1] == pytest.approx(velocity[0], rel=0.02)


@given(st.floats(1, 3000), st.floats(2.5, 10), st.floats(0.1, 10), st.floats(1.01, 3))
def test_the_jet_is_cooler_and_slower_farther_away(
    heat: float, ceiling: float, radius: float, factor: float
) -> None:
    arguments = array(heat, heat), array(ceiling, ceiling), array(radius, radius * factor)
    for formula in (fires.ceiling_jet_rise, fires.ceiling_jet_velocity):
        near, far = formula(*arguments)
        # Where Alpert's branches meet they miss each other by about 2 %.
        assert far <= near * 1.02


def test_gas_takes_5_to_20_seconds_to_a_detector_in_a_room() -> None:
    seconds = fires.transport_seconds(array(10, 200, 1000), array(2.5, 2.5, 3), array(2, 2, 3))
    assert np.all((seconds > 3) & (seconds < 20))
    assert fires.transport_seconds(array(0), array(3), array(3))[0] == pytest.approx(6 / 0.2)


def test_smoke_of_wood_is_as_dense_as_measured_in_real_fires() -> None:
    # D / ΔT: about 0.008 1/(m·K) by the formula, 0.0093 in the median of the NIST tests.
    per_kelvin = fires.smoke_density(array(10), WOOD)[0] / 10 / 10
    assert per_kelvin == pytest.approx(0.008, abs=0.001)


@pytest.mark.parametrize("fuel", [WOOD, FOAM, CABLE])
def test_no_fuel_smokes_outside_what_was_measured(fuel: fires.Fuel) -> None:
    per_kelvin = fires.smoke_density(array(10), fuel)[0] / 100
    assert 0.0052 < per_kelvin < 0.0175


def test_co_of_wood_and_foam_at_20_kelvin_is_as_in_the_worked_example() -> None:
    assert fires.co_rise_ppm(array(20), WOOD)[0] == pytest.approx(10, abs=1)
    assert fires.co_rise_ppm(array(20), FOAM)[0] == pytest.approx(60, abs=5)


def test_a_heat_element_in_steady_gas_follows_the_closed_form() -> None:
    velocity, rti, gas, response = array(1.0), 20.0, 100.0, 35.0
    closed = rti / math.sqrt(1.0) * math.log(gas / (gas - response))
    state = array(0.0)
    for _ in range(round(closed / 0.01)):
        state = fires.follow(state, array(gas), 0.01, fires.heat_element_seconds(rti, velocity))
    assert state[0] == pytest.approx(response, rel=0.001)


@given(st.floats(0.01, 100), st.floats(0.1, 100), st.integers(1, 20))
def test_a_lag_does_not_depend_on_how_time_is_cut(seconds: float, constant: float, cuts: int) -> None:
    once = fires.follow(array(1.0), array(5.0), seconds, constant)
    state = array(1.0)
    for _ in range(cuts):
        state = fires.follow(state, array(5.0), seconds / cuts, constant)
    assert state[0] == pytest.approx(once[0], rel=1e-9)


def test_a_smoke_chamber_in_still_air_has_its_slowest_time_constant() -> None:
    assert fires.smoke_chamber_seconds(1.8, array(0.0, 1.0)).tolist() == pytest.approx([18.0, 1.8])
