"""What each kind of incident does to the sensors around it, and what ordinary life does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from simulators.buildings import City, build_city
from simulators.incidents import DryRiser, EarthFault, Incident, IncidentKind, Incidents, LooseJoint, OpenHead
from simulators.influences import Influences
from simulators.layout import Layout, lay_out
from simulators.physics import CityPhysics
from simulators.unrest import Unrest

MORNING = 1_795_420_800.0
Read = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(20, 2000, 20261)


@pytest.fixture(scope="module")
def layout(city: City) -> Layout:
    return lay_out(city)


def play(layout: Layout, incident: Incident, seconds: int, read: Read) -> np.ndarray:
    """What `read` takes out of all values in each second after the start of the incident."""
    physics = CityPhysics(layout, np.random.default_rng(1))
    rows = []
    for second in range(seconds):
        influences = Influences.none(layout)
        if second < incident.lasts_seconds + incident.effect.fades_seconds:
            incident.effect.apply(float(second), influences)
        rows.append(read(physics.step(MORNING + second, 1.0, influences)))
    return np.array(rows)


def make(city: City, layout: Layout, kind: IncidentKind, building: int) -> Incident:
    return Incidents(city, layout, np.random.default_rng(building)).make(kind, building, MORNING)


@pytest.mark.parametrize("building", range(0, 20, 4))
def test_smoke_of_a_fire_passes_the_alarm_limit_within_40_s_and_heat_follows(
    city: City, layout: Layout, building: int
) -> None:
    fire = make(city, layout, IncidentKind.FIRE, building)
    d = layout.detectors
    smoke = play(layout, fire, 300, lambda values: values[d.smoke]).max(axis=1)
    heat = play(layout, fire, 300, lambda values: values[d.temperature]).max(axis=1)
    assert np.argmax(smoke >= 0.30) < 40
    assert heat.max() >= 57.0
    assert np.argmax(heat >= 57.0) > np.argmax(smoke >= 0.30)


def test_a_fire_is_strongest_in_its_own_zone_and_gone_after_it_was_put_out(
    city: City, layout: Layout
) -> None:
    fire = make(city, layout, IncidentKind.FIRE, 2)
    d = layout.detectors
    smoke = play(layout, fire, 700, lambda values: values[d.smoke])
    # The same day without the fire differs by nothing else.
    smoke -= play(layout, replace(fire, lasts_seconds=-1000.0), 700, lambda values: values[d.smoke])
    strongest = int(smoke.max(axis=0).argmax())
    assert city.zones[d.zone[strongest]].name == fire.place
    touched = {int(d.zone[i]) for i in np.flatnonzero(smoke.max(axis=0) > 0.05)}
    zone = int(d.zone[strongest])
    assert touched - {zone} <= {*city.adjoining(zone), *city.above(zone)}
    assert smoke[-1].max() < 0.05


def test_a_dry_riser_is_empty_within_10_s_and_full_again_after_the_valve_opens(
    city: City, layout: Layout
) -> None:
    incident = make(city, layout, IncidentKind.DRY_HYDRANT, 5)
    assert isinstance(incident.effect, DryRiser)
    own = layout.water.gauge[layout.water.gauge_riser == incident.effect.riser]
    others = np.setdiff1d(layout.water.gauge, own)
    pressure = play(layout, incident, 300, lambda values: values[own])
    assert pressure[0].min() > 0.1
    assert pressure[10:100].max() <= 0.02
    assert pressure[-1].min() > 0.15
    assert play(layout, incident, 30, lambda values: values[others]).min() > 0.15


def test_a_loose_joint_heats_one_phase_past_100_degrees_within_two_minutes(
    city: City, layout: Layout
) -> None:
    incident = make(city, layout, IncidentKind.HOT_CABLE, 7)
    assert isinstance(incident.effect, LooseJoint)
    cables = layout.circuits.cable[incident.effect.circuit]
    phases = play(layout, incident, 150, lambda values: values[cables])
    assert np.argmax(phases.max(axis=1) >= 100) in range(30, 120)
    assert int(phases[-1].argmax()) == incident.effect.phase
    assert np.sort(phases[-1])[1] < 60


def test_an_open_head_shows_at_its_branch_and_at_the_tank(city: City, layout: Layout) -> None:
    incident = make(city, layout, IncidentKind.OPEN_SPRINKLER, 3)
    assert isinstance(incident.effect, OpenHead)
    w = layout.water
    tank = w.meter[(w.meter_building == 3) & w.meter_is_tank]
    flows = play(
        layout, incident, 60, lambda values: np.append(values[tank], values[w.meter[incident.effect.meter]])
    )
    assert flows[5:].min() > 0.94
    assert flows[5:].max() < 1.33


def test_an_earth_fault_passes_300_ma_and_ends(city: City, layout: Layout) -> None:
    incident = make(city, layout, IncidentKind.EARTH_FAULT, 9)
    assert isinstance(incident.effect, EarthFault)
    sensor = layout.circuits.residual[incident.effect.circuit]
    current = play(layout, incident, 200, lambda values: values[[sensor]])[:, 0]
    assert current[:80].min() >= 300
    assert current[-1] < 240


def test_a_day_of_ordinary_life_reaches_no_limit_but_that_of_smoke_and_that_rarely(layout: Layout) -> None:
    physics, calm = CityPhysics(layout, np.random.default_rng(5)), Influences.none(layout)
    day = [physics.step(MORNING + 10 * i, 10.0 * (i > 0), calm) for i in range(8640)]
    highest, lowest = np.max(day, axis=0), np.min(day, axis=0)
    assert highest[layout.detectors.temperature].max() < 46
    assert highest[layout.water.gauge].max() < 1.0
    assert lowest[layout.water.gauge].min() > 0.15
    assert highest[layout.water.meter].max() < 0.25
    assert highest[layout.circuits.residual].max() < 240
    assert highest[layout.circuits.cable].max() < 60
    smoky = np.array([values[layout.detectors.smoke] for values in day]) >= 0.30
    alarms = np.count_nonzero(smoky[2:] & smoky[1:-1] & ~smoky[:-2])
    assert alarms < 80


def test_incidents_begin_with_a_fire_after_10_s_rotate_over_all_kinds_and_end(
    city: City, layout: Layout
) -> None:
    unrest = Unrest(city, layout, 60.0, np.random.default_rng(1))
    seen: dict[float, Incident] = {}
    for second in range(900):
        unrest.step(MORNING + second)
        seen |= {incident.started_at: incident for incident in unrest.active}
        assert len({incident.building for incident in unrest.active}) == len(unrest.active)
    kinds = [incident.kind for incident in seen.values()]
    assert min(seen) == MORNING + 10
    assert kinds[:6] == list(IncidentKind)
    assert 11 <= len(seen) <= 19
    assert len(unrest.active) < 8


def test_no_incident_happens_when_none_is_wanted(city: City, layout: Layout) -> None:
    unrest = Unrest(city, layout, 0.0, np.random.default_rng(1))
    for second in range(300):
        unrest.step(MORNING + second)
    assert unrest.active == []


def test_one_step_of_two_thousand_sensors_costs_milliseconds(layout: Layout) -> None:
    physics, calm = CityPhysics(layout, np.random.default_rng(5)), Influences.none(layout)
    start = time.process_time()
    for i in range(200):
        physics.step(MORNING + i, 1.0, calm)
    assert (time.process_time() - start) / 200 < 0.005
