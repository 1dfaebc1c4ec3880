"""The physics of circuits against closed forms and published values."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.electrical import leakage, supply, warmth
from simulators.electrical.circuits import (
    ARC,
    BOARD,
    CABLES,
    CURRENT,
    RESIDUAL,
    VOLTAGES,
    Boards,
    draw_circuits,
)
from simulators.electrical.failures import Failure, draw_failures, no_failures
from simulators.electrical.lags import follow, wander
from simulators.electrical.load import CONSUMERS, Consumers, usual_share
from simulators.electrical.weather import Weather

DAY = 86_400.0


def test_a_hundred_nanofarads_from_a_phase_to_earth_leak_6_9_milliamperes() -> None:
    """U·2πf·C at 220 V and 50 Hz."""
    assert leakage.capacitor_leak(np.array(100e-9)) == pytest.approx(6.91, abs=0.01)


def test_equal_leaks_of_three_phases_cancel_and_one_alone_does_not() -> None:
    on, none, phase = np.full((1, 1, 3), 0.5), np.zeros((1, 1)), np.zeros(1, np.intp)
    alike = 1j * np.full((1, 3), 50.0) * leakage.PHASORS
    alone = 1j * np.array([[50.0, 0.0, 0.0]]) * leakage.PHASORS
    assert leakage.add_up(alike, on, none, none, phase)[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert leakage.add_up(alone, on, none, none, phase)[0, 0] == pytest.approx(50.0)


def test_a_damaged_insulation_adds_to_filters_of_its_phase_at_right_angles() -> None:
    """√(30² + 40²) = 50: the first milliamperes of a fault hardly show."""
    phases = 1j * np.array([[30.0, 0.0, 0.0]]) * leakage.PHASORS
    fault = np.full((1, 1), 40.0)
    found = leakage.add_up(phases, np.full((1, 1, 3), 0.5), np.zeros((1, 1)), fault, np.zeros(1, np.intp))
    assert found[0, 0] == pytest.approx(50.0)


def test_the_share_of_many_appliances_that_is_on_scatters_as_a_binomial() -> None:
    rng = np.random.default_rng(1)
    shares = leakage.appliance_noise(np.full(20_000, 0.3), np.array(80.0), rng.standard_normal(20_000))
    assert shares.mean() == pytest.approx(0.3, abs=0.002)
    assert shares.std() == pytest.approx(np.sqrt(0.3 * 0.7 / 80), rel=0.03)


def test_natural_leakage_comes_to_what_was_asked_for() -> None:
    natural = np.array([60.0, 100.0, 140.0])
    phases = leakage.draw_phases(np.random.default_rng(5), natural)
    assert np.abs(phases.sum(axis=1)) == pytest.approx(natural)


def test_a_lag_reaches_63_percent_of_a_step_after_one_time_constant_however_it_is_cut() -> None:
    fine = follow(np.ones((600, 1)), np.zeros(1), 1.0, np.array(600.0))[-1, 0]
    coarse = follow(np.ones((10, 1)), np.zeros(1), 60.0, np.array(600.0))[-1, 0]
    assert fine == pytest.approx(1 - np.exp(-1))
    assert coarse == pytest.approx(fine)


def test_wandering_keeps_its_variance_and_forgets_with_its_time_constant() -> None:
    """Autocovariance exp(-t/τ) of an Ornstein-Uhlenbeck process."""
    rng = np.random.default_rng(3)
    path = wander(rng.standard_normal((400, 4000)), rng.standard_normal(4000), 60.0, 600.0)
    assert path[-1].std() == pytest.approx(1.0, rel=0.04)
    assert np.mean(path[-1] * path[-11]) == pytest.approx(np.exp(-1), abs=0.05)


def test_a_contact_spot_of_half_the_radius_resists_twice_as_much() -> None:
    """ρ/2a (Holm 1967): copper, 0.1 mm: 86 µΩ."""
    ohm = warmth.constriction_ohm(1.72e-8, np.array([1e-4, 0.5e-4]))
    assert ohm == pytest.approx([86e-6, 172e-6])
    assert warmth.joint_rise(np.array([0.5, 1.0]), np.array(40.0)) == pytest.approx([10.0, 40.0])


def test_without_a_neutral_equal_loads_keep_their_voltage_and_a_small_one_gets_too_much() -> None:
    """Millman: loads 1, 1 and 0 leave 190.5 V = 380 V / 2 across the two, 330 V = 1.5 times across nothing."""
    assert supply.neutral_shift(np.ones(3)) == pytest.approx([220.0] * 3)
    shifted = supply.neutral_shift(np.array([1.0, 1.0, 1e-9]))
    assert shifted == pytest.approx([190.5, 190.5, 330.0], abs=0.1)


def test_a_full_year_of_rain_comes_once_in_four_days_and_dries() -> None:
    weather = Weather(np.random.default_rng(2))
    air = [weather.pass_time(DAY * day + 600.0 * np.arange(144), 600.0) for day in range(365)]
    wet = np.concatenate([each.wetness for each in air])
    begins = np.count_nonzero((wet[1:] > 0.3) & (wet[:-1] <= 0.3))
    assert 40 < begins < 110
    assert wet.min() < 0.01
    percent = np.concatenate([each.outdoors_percent for each in air])
    assert 20 <= percent.min() < percent.max() <= 99


def test_load_follows_the_hours_of_its_consumers() -> None:
    hours = np.array([4.0, 10.0, 20.0])
    shares = usual_share(np.arange(len(CONSUMERS)), 3600.0 * hours)
    of = {kind: shares[:, place] for place, kind in enumerate(CONSUMERS)}
    assert of[Consumers.OFFICES].argmax() == 1
    assert of[Consumers.DWELLINGS].argmax() == 2
    assert of[Consumers.CHARGERS].argmax() == 2
    weekend = usual_share(np.arange(len(CONSUMERS)), 5 * DAY + 3600.0 * hours)
    assert weekend[1, CONSUMERS.index(Consumers.OFFICES)] < 0.5


def run(kind: Failure, days: int, count: int = 12, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    circuits = draw_circuits(rng, count, Consumers.CHARGERS if kind is Failure.RUNAWAY else None)
    failures = no_failures(count) if kind is Failure.NONE else draw_failures(rng, kind, count, days)
    boards = Boards(circuits, failures, rng)
    return np.concatenate([boards.run(DAY * day, 1440) for day in range(days)]), failures.onset


def test_healthy_circuits_stay_within_what_is_known_of_healthy_ones() -> None:
    shown, _ = run(Failure.NONE, 4, 40)
    # Natural leakage is usually 100 to 200 mA (explanation of GB 50116-2013, 9.2.3).
    assert np.percentile(shown[:, :, RESIDUAL], 99) < 230
    assert 60 < np.median(shown[:, :, RESIDUAL]) < 200
    assert shown[:, :, CABLES].max() < 65
    assert 198 < shown[:, :, VOLTAGES].min() < shown[:, :, VOLTAGES].max() < 235.4
    assert shown[:, :, ARC].max() <= 9
    # Cables are 5 to 35 K above their surroundings.
    rise = shown[:, :, CABLES].max(axis=2) - shown[:, :, BOARD]
    assert 1 < np.median(rise) < 15
    assert rise.max() < 40


def test_the_same_seed_shows_the_same_and_another_does_not() -> None:
    assert (run(Failure.NONE, 1)[0] == run(Failure.NONE, 1)[0]).all()
    assert (run(Failure.NONE, 1)[0] != run(Failure.NONE, 1, seed=8)[0]).any()


@pytest.mark.parametrize(
    ("kind", "channel", "least"),
    [(Failure.EARTH_FAULT, RESIDUAL, 200.0), (Failure.ARCS, ARC, 10.0), (Failure.RUNAWAY, CABLES, 70.0)],
)
def test_a_failure_shows_after_its_onset_and_not_before(
    kind: Failure, channel: int | slice, least: float
) -> None:
    shown, onset = run(kind, 3)
    for circuit, begins in enumerate(onset.tolist()):
        minute = int(begins / 60) + 1
        mine = shown[:, circuit, channel]
        assert mine[:minute].max() < 300
        assert mine[minute : minute + 120].max() >= least
    assert np.isfinite(shown).all()
    assert (shown[:, :, CURRENT] > 0).all()
