"""Laid fires: where they reach, how they grow, and what their smoke is like."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.domain import ZONE_USES, ZoneUse
from simulators.buildings import build_city
from simulators.life.grounds import Grounds, equip, survey
from simulators.life.sensing import Air
from simulators.outbreaks.burning import Blaze
from simulators.outbreaks.outbreak import COURSES, OUTBREAK, PLACES, Course, Place, Window, lay_fires
from simulators.outbreaks.spread import DOOR, ORIGIN, REACH, SHAFT, STAIRWELL, find_passages, spread
from simulators.premises import Premises

STEP = 10.0
IGNITES = 100.0


@pytest.fixture(scope="module")
def premises() -> Premises:
    return equip(build_city(60, 60 * 80, seed=1), STEP)


@pytest.fixture(scope="module")
def grounds() -> Grounds:
    return survey(build_city(60, 60 * 80, seed=1))


@pytest.fixture(scope="module")
def outbreaks(premises: Premises, grounds: Grounds) -> NDArray[np.void]:
    return lay_fires(premises, grounds, Window(IGNITES, IGNITES + 600.0), seed=1)


def make_outbreak(course: Course, ceiling_m: float = 3.0, distance_m: float = 3.0) -> NDArray[np.void]:
    outbreak = np.zeros(1, OUTBREAK)
    outbreak["course"] = COURSES.index(course)
    outbreak["ignites"], outbreak["ceiling_m"], outbreak["distance_m"] = IGNITES, ceiling_m, distance_m
    outbreak["peak_kw"], outbreak["density_per_kelvin"] = 1000.0, 0.009
    outbreak["co_yield"], outbreak["heat_kj_per_g"] = 0.0045, 12.5
    outbreak["smoulders_seconds"], outbreak["smoulder_kelvin"], outbreak["smoulder_ppm"] = 1200.0, 2.0, 100.0
    return outbreak


def burn(outbreak: NDArray[np.void], seconds: float, smoke_share: float = 1.0, delay: float = 0.0) -> Air:
    reached = np.zeros(1, REACH)
    reached["smoke_share"], reached["heat_share"], reached["delay"] = smoke_share, smoke_share, delay
    reached["distance_m"] = outbreak["distance_m"]
    n_steps = round((IGNITES + seconds) / STEP)
    air = Air(*(np.zeros((n_steps, 1)) for _ in range(3)))
    Blaze(outbreak, reached, STEP, n_steps).add(0, air)
    return air


def seconds_to(air: Air, smoke: float) -> float:
    return float(np.argmax(air.smoke[:, 0] >= smoke)) * STEP - IGNITES


def test_nothing_is_in_the_air_before_ignition() -> None:
    air = burn(make_outbreak(Course.FAST), 200.0)
    assert not air.smoke[: round(IGNITES / STEP)].any()
    assert air.smoke[-1, 0] > 0.3
    assert air.heat[-1, 0] > 10.0


def test_faster_classes_are_seen_earlier() -> None:
    flaming = (Course.ULTRA_FAST, Course.FAST, Course.MEDIUM, Course.SLOW)
    times = [seconds_to(burn(make_outbreak(course), 600.0), 0.3) for course in flaming]
    assert times == sorted(times)
    assert times[0] < times[-1]


@pytest.mark.parametrize(("ceiling_m", "distance_m"), [(8.0, 3.0), (3.0, 7.5)])
def test_high_ceilings_and_long_ways_delay_the_smoke(ceiling_m: float, distance_m: float) -> None:
    near = seconds_to(burn(make_outbreak(Course.MEDIUM), 600.0), 0.3)
    far = seconds_to(burn(make_outbreak(Course.MEDIUM, ceiling_m, distance_m), 600.0), 0.3)
    assert far > near


def test_smouldering_rises_to_its_density_with_hardly_any_heat() -> None:
    air = burn(make_outbreak(Course.SMOULDERING), 1500.0)
    assert air.smoke[-1, 0] == pytest.approx(0.2 * 4.343, rel=0.01)
    assert air.heat.max() <= 2.0
    assert air.co[-1, 0] == pytest.approx(100.0, rel=0.01)


def test_what_spreads_comes_later_and_weaker() -> None:
    here = burn(make_outbreak(Course.FAST), 300.0)
    there = burn(make_outbreak(Course.FAST), 300.0, smoke_share=0.15, delay=30.0)
    assert seconds_to(there, 0.1) > seconds_to(here, 0.1)
    assert (there.smoke <= here.smoke + 1e-12).all()


def test_a_blaze_adds_the_same_however_the_stream_is_cut() -> None:
    outbreak = make_outbreak(Course.FAST)
    reached = np.zeros(1, REACH)
    reached["smoke_share"], reached["heat_share"], reached["distance_m"] = 1.0, 1.0, 3.0
    blaze = Blaze(outbreak, reached, STEP, 40)
    parts = []
    for first in range(0, 40, 7):
        air = Air(*(np.zeros((min(7, 40 - first), 1)) for _ in range(3)))
        blaze.add(first, air)
        parts.append(air.smoke)
    np.testing.assert_array_equal(np.concatenate(parts), burn(outbreak, 300.0).smoke)


def test_fires_are_of_every_course_and_in_every_place(
    outbreaks: NDArray[np.void], premises: Premises
) -> None:
    assert set(outbreaks["course"]) == set(range(len(COURSES)))
    assert set(outbreaks["place"]) == set(range(len(PLACES)))
    stairs = outbreaks["zone"][outbreaks["place"] == PLACES.index(Place.STAIR)]
    assert set(premises.zones["use"][stairs]) == {ZONE_USES.index(ZoneUse.STAIR)}
    assert (premises.zones["building_slot"][outbreaks["zone"]] == np.arange(len(outbreaks))).all()


def test_a_fire_in_a_room_reaches_its_corridor_and_the_zone_above(
    outbreaks: NDArray[np.void], premises: Premises, grounds: Grounds
) -> None:
    rooms = outbreaks["zone"][outbreaks["place"] == PLACES.index(Place.ROOM)]
    for origin in rooms.tolist():
        passages = find_passages(origin, premises, grounds)
        assert passages[origin] is ORIGIN
        assert passages[int(grounds.corridor[origin])] is DOOR
    assert any(SHAFT in find_passages(origin, premises, grounds).values() for origin in rooms.tolist())


def test_smoke_climbs_a_stair(outbreaks: NDArray[np.void], premises: Premises, grounds: Grounds) -> None:
    stairs = outbreaks["zone"][outbreaks["place"] == PLACES.index(Place.STAIR)].tolist()
    assert any(STAIRWELL in find_passages(origin, premises, grounds).values() for origin in stairs)


def test_no_detector_is_reached_by_two_fires(
    outbreaks: NDArray[np.void], premises: Premises, grounds: Grounds
) -> None:
    reached = spread(outbreaks, premises, grounds, seed=1)
    assert len(np.unique(reached["detector"])) == len(reached)
    assert (premises.detector_zone[reached["detector"]] == reached["zone"]).all()
