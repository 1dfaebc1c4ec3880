"""Which sensor belongs to which: by the circuit or the system that the registry names, else by the device."""

from __future__ import annotations

import numpy as np
import psycopg
import pytest

from ingest.slow.companions import find_companions, make_companion
from ingest.slow.histories import BucketError, Span, make_span
from ingest.slow.looks import LookError, Registered, look
from rules.slow.bucket_times import DAY_US
from rules.slow.detector_drifting import DETECTOR_DRIFTING
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity
from tests.ingest.slow.conftest import MIDNIGHT, after, register, smoke, work_off

SMOKE, TEMPERATURE, FLOW = Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.FLOW


def find(registered: Registered, sensor_ids: list[int], other: Quantity) -> list[int]:
    """Ids of the companions of sensors; -1 for none."""
    roster = registered.roster
    slots = np.array([roster.sensor_slots[sensor_id] for sensor_id in sensor_ids], np.int32)
    ids = [*roster.sensors["sensor_id"].tolist(), -1]
    return [ids[slot] for slot in find_companions(roster, slots, other).tolist()]


def test_without_circuits_a_device_keeps_its_sensors_together(registered: Registered) -> None:
    assert find(registered, [1, 5], TEMPERATURE) == [2, -1]
    assert find(registered, [1, 5], FLOW) == [6, -1]
    assert find(registered, [1, 5], SMOKE) == [1, 5]


def test_a_circuit_joins_sensors_of_several_devices(
    registered: Registered, database: psycopg.Connection
) -> None:
    assert find(registered, [4], FLOW) == [-1]
    database.execute("UPDATE sensors SET circuit = 'K1' WHERE sensor_id IN (4, 6)")
    assert find(register(database), [4, 1], FLOW) == [6, 6]


def test_of_a_circuit_the_same_phase_comes_first_then_what_measures_all_of_it(
    registered: Registered, database: psycopg.Connection
) -> None:
    """Each of a circuit's cables is warmed by the current of its own phase."""
    database.execute("UPDATE sensors SET circuit = 'K1', phase = 'A' WHERE sensor_id = 1")
    database.execute("UPDATE sensors SET circuit = 'K1', phase = 'B' WHERE sensor_id IN (4, 6)")
    database.execute("UPDATE sensors SET quantity = 'smoke' WHERE sensor_id = 6")
    assert find(register(database), [4], SMOKE) == [6]
    database.execute("UPDATE sensors SET phase = NULL WHERE sensor_id = 6")
    assert find(register(database), [4], SMOKE) == [6]
    database.execute("UPDATE sensors SET phase = 'C' WHERE sensor_id = 6")
    assert find(register(database), [4], SMOKE) == [1]


def test_a_riser_joins_the_devices_of_a_water_system(
    registered: Registered, database: psycopg.Connection
) -> None:
    assert find(registered, [3], FLOW) == [-1]
    database.execute("UPDATE devices SET system = 'hydrant', riser = 'R1' WHERE device_id IN (1, 2)")
    assert find(register(database), [3], FLOW) == [6]
    database.execute("UPDATE devices SET riser = 'R2' WHERE device_id = 2")
    assert find(register(database), [3], FLOW) == [-1]


def test_the_air_of_a_zone_is_that_of_all_in_it(registered: Registered) -> None:
    assert find(registered, [4], TEMPERATURE) == [2]
    assert find(registered, [4], SMOKE) == [-1]


def test_who_is_out_of_service_is_nobody_s_companion(
    registered: Registered, database: psycopg.Connection
) -> None:
    database.execute("UPDATE devices SET retired = true WHERE device_id = 1")
    assert find(register(database), [4], TEMPERATURE) == [-1]


def test_a_companion_tells_its_means_beside_each_sensor(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 2, 2, 21.0)
    smoke(database, 1, 2, 0.03)
    work_off(database, registered, after(2))
    span = Span(MIDNIGHT + 2 * DAY_US, DAY_US, 2)
    slots = np.array([registered.roster.sensor_slots[sensor_id] for sensor_id in (1, 5)], np.int32)
    means = make_companion(database, registered.roster, slots, span)(TEMPERATURE)
    assert means[0] == pytest.approx([21.0, 21.0], abs=0.01)
    assert np.isnan(means[1]).all()


def make_rule(bucket_seconds: float) -> SlowRule:
    def fail(view: SlowView) -> SlowJudgement:
        raise IndexError("beyond the last day")

    words = {name: getattr(DETECTOR_DRIFTING, name) for name in SlowRule.__dataclass_fields__}
    return SlowRule(**words | {"judge": fail, "bucket_seconds": bucket_seconds})


def test_a_rule_that_fails_is_named_and_writes_nothing(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 1, 2, 0.03)
    work_off(database, registered, after(2))
    before = database.execute("SELECT * FROM slow_progress ORDER BY step").fetchall()
    with pytest.raises(LookError, match="detector_drifting"):
        look(database, make_rule(86_400.0), registered, MIDNIGHT + 2 * DAY_US)
    assert database.execute("SELECT * FROM slow_progress ORDER BY step").fetchall() == before


def test_buckets_that_are_no_whole_hours_are_refused() -> None:
    with pytest.raises(BucketError, match="no whole hours"):
        make_span(make_rule(900.0), MIDNIGHT)
