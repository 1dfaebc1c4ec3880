"""Which gauges, meters and pumps belong together, and how high the worst hydrant of each system lies."""

from __future__ import annotations

import numpy as np
import pytest

from rules.water.systems import find_systems
from rules.water.water_rule import WaterJudgement
from rules.water.water_watch import Subjects
from schemas.domain import WATER_PARTS, WATER_SYSTEMS, WaterPart, WaterSystem
from schemas.roster import UNKNOWN, Roster
from simulators.water.estate import FIRE_PUMP, FLOW, TOP_GAUGE
from simulators.water.plant import N_TAPS
from tests.rules.riser import make_building

HEIGHT_M = 50.0
LOW, HIGH = 0, 1


def two_risers() -> Roster:
    """The lower two gauges are of a riser of their own; tank and pumps name none and serve both."""
    roster = make_building(height_m=HEIGHT_M)
    roster.devices["riser"] = UNKNOWN
    roster.devices["riser"][:2], roster.devices["riser"][2:N_TAPS] = LOW, HIGH
    return roster


def test_what_names_no_riser_serves_all_of_its_building() -> None:
    systems = find_systems(two_risers())
    assert len(systems) == 2
    assert systems.tank_meters.slots.tolist() == [FLOW, FLOW]
    assert sorted(systems.tank_meters.system.tolist()) == [0, 1]
    assert systems.pump.tolist() == [FIRE_PUMP, FIRE_PUMP]


def test_the_worst_hydrant_of_a_riser_is_where_its_highest_gauge_stands() -> None:
    systems = find_systems(two_risers())
    heads = dict(zip(systems.gauges.slots.tolist(), systems.head_m.tolist(), strict=True))
    assert heads == pytest.approx({0: 6.0, 1: 0.0, 2: HEIGHT_M / 2, TOP_GAUGE: 0.0})
    assert systems.anchor.tolist() == [1, TOP_GAUGE]


def test_without_risers_the_worst_hydrant_is_that_of_the_highest_floor() -> None:
    roster = make_building(height_m=HEIGHT_M)
    roster.devices["riser"] = UNKNOWN
    roster.sensors["elevation_m"][1:N_TAPS] = np.nan
    systems = find_systems(roster)
    # Thirty floors: the outlet is 1.1 m above the highest, and the pump room 4 m below the ground.
    assert systems.head_m[0] == pytest.approx(HEIGHT_M - HEIGHT_M / 30 + 1.1 + 4.0)
    assert np.isnan(systems.head_m[1:]).all()


def test_hydrants_and_sprinklers_of_a_building_are_two_systems() -> None:
    roster = make_building()
    roster.devices["system"][:2] = WATER_SYSTEMS.index(WaterSystem.SPRINKLER)
    systems = find_systems(roster)
    assert systems.sprinkler.tolist() == [False, True]
    assert len(systems.tank_meters) == 1


def test_what_is_retired_or_of_no_system_is_in_none() -> None:
    roster = make_building()
    roster.devices["retired"][0] = True
    roster.devices["system"][1] = UNKNOWN
    assert find_systems(roster).gauges.slots.tolist() == [2, 3]


def test_a_gauge_of_a_tenth_of_a_megapascal_can_tell_neither_low_pressure_nor_cycles() -> None:
    systems = find_systems(make_building(resolution_mpa=0.1))
    assert not systems.fine.any()
    assert not systems.quick.any()


def test_a_registry_without_water_has_no_systems() -> None:
    roster = make_building()
    roster.devices["system"] = UNKNOWN
    assert len(find_systems(roster)) == 0


def test_what_stands_in_two_systems_is_judged_once() -> None:
    subjects = Subjects(np.array([7, UNKNOWN, 7, 9], np.int32))
    nothing = np.full(4, np.nan)
    judged = WaterJudgement(
        np.array([False, True, True, False]), np.array([True, True, False, True]), nothing, nothing
    )
    holds, clears, lead = subjects.sum_up(judged)
    assert subjects.slots.tolist() == [7, 9]
    assert holds.tolist() == [True, False]
    assert clears.tolist() == [False, True]
    assert lead.tolist() == [2, 3]


def test_parts_of_a_system_are_told_by_what_they_are() -> None:
    roster = make_building()
    parts = [WATER_PARTS[part] for part in roster.devices["part"].tolist()]
    assert parts[:N_TAPS] == [WaterPart.PUMP_ROOM, *[WaterPart.RISER] * (N_TAPS - 1)]
    assert find_systems(roster).at_riser.tolist() == [False, True, True, True]
