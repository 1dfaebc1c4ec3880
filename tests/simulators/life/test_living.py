"""The stream of ordinary life: reproducible, however it is cut, with sensors as imperfect as real ones."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.columns import MICROSECONDS
from schemas.domain import Quantity
from simulators.buildings import City, build_city
from simulators.life.living import BEGINS_US, OrdinaryLife
from simulators.optics import Floats
from simulators.premises import enrol

QUARTER_DAY = 0.25


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(4, 600, seed=1)


def stream(city: City, seed: int, chunk_steps: int = 60, days: float = 0.05) -> Floats:
    chunks = OrdinaryLife(city, seed).live(days, chunk_steps)
    return np.concatenate([chunk.samples.values for chunk in chunks])


def test_the_same_seed_gives_the_same_stream(city: City) -> None:
    assert np.array_equal(stream(city, 1), stream(city, 1), equal_nan=True)
    assert not np.array_equal(stream(city, 1), stream(city, 2), equal_nan=True)


def test_how_the_stream_is_cut_makes_no_difference(city: City) -> None:
    np.testing.assert_array_equal(stream(city, 1, chunk_steps=60), stream(city, 1, chunk_steps=7))


def test_who_looks_in_later_finds_the_same_under_way(city: City) -> None:
    half_day = 4320
    later = next(OrdinaryLife(city, seed=1).live(7.0, half_day, starts=6.5 * 86_400.0))
    *_, always = OrdinaryLife(city, seed=1).live(7.0, half_day)
    assert later.samples.at[0] == always.samples.at[0]
    assert len(later.bursts)
    np.testing.assert_array_equal(later.bursts, always.bursts)


def test_every_sensor_is_sampled_every_ten_seconds_from_midnight(city: City) -> None:
    life = OrdinaryLife(city, seed=1)
    samples = next(life.live(QUARTER_DAY)).samples
    assert samples.at[0] == BEGINS_US
    assert set(np.diff(samples.at)) == {10 * MICROSECONDS}
    readings = samples.readings()
    assert set(readings["slot"]) == set(range(life.premises.sensor_count))
    assert np.isfinite(readings["value"]).all()


def test_the_roster_knows_every_sensor_with_its_zone(city: City) -> None:
    life = OrdinaryLife(city, seed=1)
    roster = enrol(life.premises)
    smoke = life.premises.slots(Quantity.SMOKE)
    assert (roster.sensors["quantity"][smoke] == Quantity.SMOKE.code).all()
    assert (roster.sensors["device_slot"][smoke] == np.arange(len(smoke))).all()
    assert (roster.devices["zone_slot"] == life.premises.detector_zone).all()
    assert len(roster.links)


def test_quiet_nights_are_as_noisy_as_cheap_detectors_and_no_more(city: City) -> None:
    life = OrdinaryLife(city, seed=1)
    values = np.concatenate([chunk.samples.values for chunk in life.live(0.1)])
    smoke = values[:, life.premises.slots(Quantity.SMOKE)]
    noise = np.nanstd(np.diff(smoke, axis=0), axis=0) / np.sqrt(2)
    assert np.median(noise) == pytest.approx(0.01, rel=0.15)
    assert 0.001 < np.isnan(values).mean() < 0.02


def test_dust_makes_the_haze_denser_month_by_month(city: City) -> None:
    life = OrdinaryLife(city, seed=1)
    slots = life.premises.slots(Quantity.SMOKE)
    nights = [
        np.nanmedian(chunk.samples.values[:, slots], axis=0) for chunk in life.live(12.0, chunk_steps=8640)
    ]
    gained = np.median(nights[11] - nights[0])
    assert gained == pytest.approx(0.035 * 11 / 30, abs=0.006)


def test_dead_meters_see_nothing() -> None:
    life = OrdinaryLife(build_city(20, 6000, seed=1), seed=1)
    slots = life.premises.slots(Quantity.SMOKE)
    values = next(life.live(0.01)).samples.values[:, slots]
    assert life.sensing.dead.any()
    assert np.nanmax(values[:, life.sensing.dead]) < 0.02
