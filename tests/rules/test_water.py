"""The rules over water systems: limits at the worst hydrant, what silences them, pumps, and who speaks of what."""

from __future__ import annotations

import pytest

from rules.changes import KnownCondition
from schemas.domain import BuildingClass, BuildingUse, DeviceEventKind, Quality, Severity, SubjectKind
from simulators.water.estate import FIRE_PUMP, JOCKEY, TOP_GAUGE
from simulators.water.plant import N_TAPS
from tests.rules.riser import Riser, make_building, raised, told

PUBLIC, DWELLING, INDUSTRY = BuildingUse.PUBLIC, BuildingUse.RESIDENTIAL, BuildingUse.INDUSTRIAL
FIRST, SECOND, LOW, PLANT = (
    BuildingClass.HIGH_RISE_1,
    BuildingClass.HIGH_RISE_2,
    BuildingClass.MULTI_STOREY,
    BuildingClass.INDUSTRIAL,
)
STARTED, FEEDBACK = DeviceEventKind.STARTED, DeviceEventKind.FEEDBACK


@pytest.mark.parametrize(
    ("kind", "use", "height", "limit"),
    [
        (SECOND, DWELLING, 50.0, 0.07),
        (FIRST, DWELLING, 80.0, 0.07),
        (FIRST, PUBLIC, 80.0, 0.10),
        (FIRST, PUBLIC, 101.0, 0.15),
        (LOW, PUBLIC, 20.0, 0.07),
        (PLANT, INDUSTRY, 20.0, 0.10),
    ],
)
def test_the_worst_hydrant_has_the_limit_of_its_building(
    kind: BuildingClass, use: BuildingUse, height: float, limit: float
) -> None:
    enough, less = (Riser(make_building(kind, use, height)) for _ in range(2))
    assert raised(enough.report(300, limit + 0.001), "hydrant_pressure_low") == []
    found = less.report(300, limit - 0.001)
    assert len(raised(found, "hydrant_pressure_low")) == 1
    (change,) = [change for change in found if change.rule.id == "hydrant_pressure_low"]
    assert (change.value, change.limit) == (pytest.approx(limit - 0.001), limit)


def test_a_gauge_in_the_pump_room_tells_of_the_top_by_the_height_between() -> None:
    riser = Riser()
    # All others are silent; this one shows 0.5 MPa and more.
    found = riser.report(200, 0.06, without=range(1, N_TAPS))
    assert len(raised(found, "hydrant_pressure_low")) == 1


def test_low_pressure_turns_orange_after_ten_minutes_and_is_so_at_once_in_the_first_class() -> None:
    found = Riser().report(900, 0.05)
    colours = [(c.kind, c.severity) for c in found if c.rule.id == "hydrant_pressure_low"]
    assert colours == [("raise", Severity.YELLOW), ("severity", Severity.ORANGE)]
    first = Riser(make_building(FIRST, PUBLIC, 80.0)).report(200, 0.05)
    assert [c.severity for c in first if c.rule.id == "hydrant_pressure_low"] == [Severity.ORANGE]


def test_low_pressure_ends_a_hundredth_above_its_limit_after_two_minutes() -> None:
    riser = Riser()
    riser.report(200, 0.05)
    assert "clear hydrant_pressure_low" not in told(riser.report(600, 0.079))
    assert "clear hydrant_pressure_low" in told(riser.report(200, 0.081))


def test_a_hammer_that_hits_one_sample_of_a_gauge_is_passed_over() -> None:
    riser = Riser()
    riser.report(600, 0.2)
    found = []
    for _ in range(10):
        found += riser.report(10, 0.2, dev=(0.0, 0.0, 0.0, -0.18))
        found += riser.report(20, 0.2)
    assert told(found) == []


def test_a_gauge_of_a_tenth_of_a_megapascal_never_speaks_of_low_pressure() -> None:
    found = Riser(make_building(resolution_mpa=0.1)).report(600, 0.05)
    assert raised(found, "hydrant_pressure_low") == []


# Interaction (a): a valid nought is an emergency, absence a fault, an open wire an invalid reading.


def test_nought_is_red_absence_a_fault_and_an_open_wire_an_invalid_reading() -> None:
    dry, silent, open_wire = Riser(), Riser(), Riser()
    for riser in (dry, silent, open_wire):
        riser.report(600, 0.2)
    zero = [c for c in dry.report(120, -2.0) if c.rule.id == "hydrant_pressure_zero"]
    assert {c.severity for c in zero} == {Severity.RED}
    assert len(zero) == N_TAPS
    absent = silent.report(300, 0.2, without=[TOP_GAUGE])
    assert "hydrant_pressure_zero" not in {c.rule.id for c in absent}
    assert {c.rule.signal_class.value for c in absent if c.subject.sensor_id == TOP_GAUGE + 1} <= {"fault"}
    found = open_wire.report(120, -2.0, quality=Quality.BAD)
    assert {c.rule.id for c in found} == {"reading_invalid"}


# Interaction (c): while water is drawn or the pump runs static pressure is not judged, dynamic pressure is.


def test_while_water_is_drawn_only_the_pressure_under_flow_is_judged() -> None:
    riser = Riser()
    riser.report(300, 0.2)
    found = riser.report(600, 0.05, flow=6.0)
    assert raised(found, "hydrant_pressure_low") == []
    assert len(raised(found, "hydrant_dynamic_low")) == 1


def test_while_the_pump_runs_only_the_pressure_under_flow_is_judged() -> None:
    riser = Riser()
    riser.report(300, 0.2)
    riser.declare(FEEDBACK)
    found = riser.report(600, 0.05)
    assert raised(found, "hydrant_pressure_low") == []
    # Two minutes to run up, then the wait.
    assert raised(found, "hydrant_dynamic_low")[0] >= 300 + 120


def test_enough_pressure_under_flow_is_no_alert() -> None:
    riser = Riser()
    riser.report(300, 0.4)
    riser.declare(STARTED)
    riser.declare(FEEDBACK)
    assert raised(riser.report(600, 0.36, flow=6.0), "hydrant_dynamic_low") == []


# Interaction (g): a fire by water flow and a pump that stops are one fire and one alarm of the pump.


def test_flow_and_a_pump_that_stops_are_one_fire_and_one_alarm_of_the_pump() -> None:
    riser = Riser()
    riser.report(300, 0.4)
    riser.declare(STARTED)
    riser.declare(FEEDBACK)
    found = riser.report(120, 0.4, flow=6.0)
    found += riser.declare(FEEDBACK, active=False)
    found += riser.report(300, 0.4, flow=6.0)
    assert len(raised(found, "sprinkler_water_flow")) == 1
    assert len(raised(found, "fire_pump_stopped_with_flow")) == 1
    assert raised(found, "fire_pump_start_failure") == []


def test_a_pump_that_is_called_and_feeds_nothing_back_is_told_after_two_minutes() -> None:
    riser = Riser()
    riser.report(300, 0.2)
    riser.declare(STARTED, active=True)
    # One that was heard to feed back before is not taken to run by being started.
    riser.declare(FEEDBACK, active=False)
    riser.declare(STARTED, active=False)
    riser.report(100, 0.2)
    riser.declare(STARTED)
    found = riser.report(200, 0.2)
    assert raised(found, "fire_pump_start_failure") == [400 + 130]


def test_a_pump_that_feeds_nothing_back_but_lifts_the_pressure_has_come() -> None:
    riser = Riser()
    riser.declare(FEEDBACK, active=False)
    riser.report(300, 0.2)
    riser.declare(STARTED)
    assert raised(riser.report(400, 0.31), "fire_pump_start_failure") == []


def test_flow_calls_the_pump_as_a_command_does() -> None:
    riser = Riser()
    riser.report(300, 0.2)
    found = riser.report(300, 0.2, flow=6.0)
    assert len(raised(found, "fire_pump_start_failure")) == 1
    assert len(raised(found, "tank_outflow_unexpected")) == 1


def test_a_jockey_pump_is_not_taken_for_water_that_leaves_the_tank() -> None:
    riser = Riser()
    assert told(riser.report(900, 0.2, flow=1.5)) == []


def test_more_than_fifteen_declared_starts_within_an_hour_are_too_many() -> None:
    riser = Riser()
    found = []
    for _ in range(16):
        found += riser.declare(STARTED, JOCKEY)
        found += riser.report(60, 0.2)
        found += riser.declare(STARTED, JOCKEY, active=False)
        found += riser.report(60, 0.2)
    assert len(raised(found, "jockey_overcycling")) == 1


def test_starts_are_seen_in_the_pressure_too() -> None:
    riser = Riser()
    found = []
    for _ in range(17):
        found += riser.report(60, 0.25)
        found += riser.report(60, 0.20)
    assert len(raised(found, "jockey_overcycling")) == 1


@pytest.mark.parametrize(
    ("kind", "rule", "wait"),
    [
        (DeviceEventKind.MANUAL_MODE, "fire_pump_not_auto", 600),
        (DeviceEventKind.VALVE_CLOSED, "signal_valve_closed", 60),
    ],
)
def test_manual_mode_and_a_shut_valve_are_told_once_they_last(
    kind: DeviceEventKind, rule: str, wait: int
) -> None:
    riser = Riser()
    riser.declare(kind)
    assert raised(riser.report(wait - 10), rule) == []
    assert len(raised(riser.report(30), rule)) == 1
    riser.declare(kind, active=False)
    assert f"clear {rule}" in told(riser.report(120))


def test_one_gauge_that_falls_by_a_tenth_over_two_samples_is_enough() -> None:
    riser = Riser()
    riser.report(1200, 0.4)
    found = riser.report(60, 0.4, dev=(0.0, 0.0, 0.0, -0.101))
    assert len(raised(found, "pressure_drop_fast")) == 1
    (change,) = [change for change in found if change.rule.id == "pressure_drop_fast"]
    assert change.parts


def test_gauges_that_differ_by_a_twentieth_are_told_and_the_odd_one_is_named_the_cause() -> None:
    riser = Riser()
    riser.report(1200, 0.2)
    assert raised(riser.report(900, 0.2, dev=(0.0, 0.0, 0.0, -0.04)), "riser_gauges_differ") == []
    found = riser.report(900, 0.2, dev=(0.0, 0.0, 0.0, 0.06))
    assert len(raised(found, "riser_gauges_differ")) == 1
    (change,) = [change for change in found if change.rule.id == "riser_gauges_differ"]
    assert "gauge is dead" in change.parts[0].text_en
    assert "压力测点失效" in change.parts[0].text_zh


def saw(riser: Riser, teeth: int) -> None:
    """A jockey pump that starts at 0.20 MPa and stops at 0.25, every six minutes."""
    for _ in range(teeth):
        for step in range(5):
            riser.report(60, 0.25 - 0.01 * step)
        riser.report(20, 0.205)
        riser.report(40, 0.25)


def test_pressure_that_sinks_below_where_the_pump_always_started_is_told_before_it_is_low() -> None:
    riser = Riser()
    saw(riser, 8)
    found = riser.report(120, 0.22) + riser.report(120, 0.19) + riser.report(360, 0.178)
    assert len(raised(found, "water_pressure_sinking")) == 1
    assert raised(found, "hydrant_pressure_low") == []


def test_a_restart_holds_what_the_tables_say_until_its_end_is_seen() -> None:
    riser = Riser()
    known = KnownCondition(
        "hydrant_pressure_low", SubjectKind.SENSOR, TOP_GAUGE + 1, True, riser.now, Severity.YELLOW
    )
    riser.engine.restore([known])
    assert told(riser.report(300, 0.05)) == []
    assert "clear hydrant_pressure_low" in told(riser.report(300, 0.2))


def test_the_pump_of_the_estate_is_what_its_alerts_are_about() -> None:
    riser = Riser()
    riser.report(300, 0.2)
    found = riser.report(300, 0.2, flow=6.0)
    (change,) = [change for change in found if change.rule.id == "fire_pump_start_failure"]
    assert (change.subject.kind.value, change.subject.id) == ("device", FIRE_PUMP + 1)


def test_what_cannot_be_judged_while_the_pump_runs_does_not_become_graver() -> None:
    riser = Riser()
    assert "raise hydrant_pressure_low" in told(riser.report(200, 0.05))
    riser.declare(FEEDBACK)
    assert "severity hydrant_pressure_low" not in told(riser.report(900, 0.4))


def test_a_pump_that_runs_is_told_and_so_is_its_end() -> None:
    riser = Riser()
    riser.report(300, 0.2)
    riser.declare(FEEDBACK)
    assert len(raised(riser.report(60, 0.4), "fire_pump_running")) == 1
    riser.declare(FEEDBACK, active=False)
    assert "clear fire_pump_running" in told(riser.report(120, 0.4))


def test_water_that_leaves_the_tank_and_passes_no_hydrant_is_named_a_leak() -> None:
    riser = Riser()
    riser.report(300, 0.2)
    found = riser.report(120, 0.2, flow=6.0)
    (change,) = [change for change in found if change.rule.id == "tank_outflow_unexpected"]
    assert "a leak" in change.parts[0].text_en
