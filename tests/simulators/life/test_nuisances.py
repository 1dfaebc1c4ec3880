"""The laws of ordinary life: how dense, how long, how warm, when and where."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.domain import ZONE_USES, ZoneUse
from simulators.buildings import City, build_city
from simulators.life.bursts import BURST, ends_of, render
from simulators.life.grounds import Grounds, equip, survey
from simulators.life.habits import DAY_SECONDS, HABITS, NUISANCES, Habit, Nuisance
from simulators.life.nuisances import make_day, zones_of
from simulators.places import CLUB, HOME

STEP = 10.0


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(20, 3400, seed=1)


@pytest.fixture(scope="module")
def grounds(city: City) -> Grounds:
    return survey(city)


@pytest.fixture(scope="module")
def zones(city: City) -> NDArray[np.intp]:
    return equip(city, STEP).detector_zone


@pytest.fixture(scope="module")
def month(grounds: Grounds) -> NDArray[np.void]:
    rng = np.random.default_rng(7)
    return np.concatenate([make_day(HABITS, grounds, day, STEP, rng) for day in range(30)])


def of(bursts: NDArray[np.void], nuisance: Nuisance) -> NDArray[np.void]:
    return bursts[bursts["nuisance"] == NUISANCES.index(nuisance)]


def make_many(habit: Habit, grounds: Grounds, days: int = 30) -> NDArray[np.void]:
    rng = np.random.default_rng(3)
    return np.concatenate([make_day([habit], grounds, day, STEP, rng) for day in range(days)])


def test_cooking_next_door_is_log_normal_with_its_median_and_its_95_percent(
    grounds: Grounds, month: NDArray[np.void], zones: NDArray[np.intp]
) -> None:
    kitchens = zones_of(next(h for h in HABITS if h.plans and HOME in h.plans), grounds)
    next_door = grounds.beside[kitchens]
    first = grounds.detectors[grounds.first_detector[next_door]]
    smoke = of(month, Nuisance.COOKING)["smoke"][np.isin(of(month, Nuisance.COOKING)["detector"], first)]
    assert len(smoke) > 1000
    assert np.median(smoke) == pytest.approx(0.08, rel=0.08)
    assert np.mean(smoke < 0.3) == pytest.approx(0.95, abs=0.02)


def test_cooking_is_denser_in_the_kitchen_and_weaker_in_the_corridor(
    grounds: Grounds, month: NDArray[np.void], zones: NDArray[np.intp]
) -> None:
    cooking = of(month, Nuisance.COOKING)
    uses = grounds.uses[zones[cooking["detector"]]]
    by_use = {
        use: np.median(cooking["smoke"][uses == ZONE_USES.index(use)])
        for use in ZoneUse
        if (uses == ZONE_USES.index(use)).any()
    }
    assert by_use[ZoneUse.CORRIDOR] < by_use[ZoneUse.ROOM] < by_use[ZoneUse.KITCHEN]


def test_cooking_takes_two_to_fifteen_minutes_and_warms_by_one_to_eight_kelvin(
    grounds: Grounds, month: NDArray[np.void], zones: NDArray[np.intp]
) -> None:
    cooking = of(month, Nuisance.COOKING)
    in_kitchen = cooking[grounds.uses[zones[cooking["detector"]]] == ZONE_USES.index(ZoneUse.KITCHEN)]
    lasts = ends_of(in_kitchen) - in_kitchen["begins"]
    assert lasts.min() >= 120.0 - 1e-6
    assert lasts.max() <= 900.0 + 1e-6
    assert in_kitchen["heat"].max() <= 8.0
    assert np.quantile(in_kitchen["heat"], 0.9) > 6.0


def test_steam_has_no_heat_and_is_short_and_dense(month: NDArray[np.void]) -> None:
    steam = of(month, Nuisance.STEAM)
    lasts = ends_of(steam) - steam["begins"]
    assert not steam["heat"].any()
    assert not steam["co"].any()
    assert lasts.min() >= 30.0 - 1e-6
    assert lasts.max() <= 300.0 + 1e-6
    assert steam["smoke"].max() <= 1.0


def test_nobody_takes_a_shower_in_a_club(
    grounds: Grounds, month: NDArray[np.void], zones: NDArray[np.intp]
) -> None:
    plans = {grounds.plans[zone] for zone in zones[of(month, Nuisance.STEAM)["detector"]]}
    assert HOME in plans
    assert CLUB not in plans


def test_a_dwelling_washes_several_times_a_day(grounds: Grounds) -> None:
    habit = next(h for h in HABITS if h.nuisance is Nuisance.STEAM and h.plans == (HOME,))
    rooms = zones_of(habit, grounds)
    full = make_many(habit, grounds)
    in_rooms = full[full["smoke"] >= 0.3]
    assert len(in_rooms) / len(rooms) / 30 == pytest.approx(3.0, rel=0.1)


def test_smoking_stays_between_its_bounds(month: NDArray[np.void], zones: NDArray[np.intp]) -> None:
    smoking = of(month, Nuisance.SMOKING)
    assert not smoking["heat"].any()
    assert smoking["smoke"].max() <= 0.25


def test_people_cook_and_wash_at_human_hours(month: NDArray[np.void]) -> None:
    for nuisance in (Nuisance.COOKING, Nuisance.STEAM):
        hours = of(month, nuisance)["begins"] % DAY_SECONDS / 3600.0
        assert ((hours > 6.4) & (hours < 23.1)).all()


def test_the_sun_warms_top_floors_slowly(
    grounds: Grounds, month: NDArray[np.void], zones: NDArray[np.intp]
) -> None:
    sun = of(month, Nuisance.SUN)
    assert grounds.on_top[zones[sun["detector"]]].all()
    assert (sun["heat"] / (sun["rise"] / 60.0)).max() < 1.0


def make_burst(**values: float) -> NDArray[np.void]:
    burst = np.zeros(1, BURST)
    for name, value in values.items():
        burst[name] = value
    return burst


@pytest.mark.parametrize("begins", [0.1, 4.0, 10.0, 19.9])
def test_a_burst_of_one_step_is_felt_by_one_sample(begins: float) -> None:
    smoke = render(make_burst(begins=begins, hold=STEP, smoke=1.0), 0, 6, STEP, 1)["smoke"][:, 0]
    assert (smoke > 0).sum() <= 1
    assert begins == 10.0 or smoke.sum() == pytest.approx(1.0)


def test_a_burst_rises_to_its_height_and_goes() -> None:
    burst = make_burst(begins=100.0, rise=100.0, hold=50.0, fall=100.0, smoke=0.4)
    smoke = render(burst, 0, 60, STEP, 1)["smoke"][:, 0]
    assert smoke.max() == pytest.approx(0.4)
    assert not smoke[:10].any()
    assert not smoke[36:].any()
    assert (np.diff(smoke[10:20]) > 0).all()


def test_bursts_add_up_at_one_detector() -> None:
    bursts = np.concatenate([make_burst(begins=5.0, hold=100.0, heat=2.0)] * 3)
    assert render(bursts, 0, 6, STEP, 2)["heat"][5].tolist() == pytest.approx([6.0, 0.0])
