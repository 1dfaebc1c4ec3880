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
from tests.ingest.slow.conftest import MIDNIGHT, after, smoke, work_off

SMOKE, TEMPERATURE, FLOW = Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.FLOW


def test_without_circuits_a_device_keeps_its_sensors_together(
    registered: Registered, database: psycopg.Connection
) -> None:
    ids = np.array([1, 5], np.int32)
    assert find_companions(database, SMOKE, TEMPERATURE, ids).tolist() == [2, 0]
    assert find_companions(database, SMOKE, FLOW, ids).tolist() == [6, 0]
    assert find_companions(database, SMOKE, SMOKE, ids).tolist() == [1, 5]


def test_a_circuit_joins_sensors_of_several_devices(
    registered: Registered, database: psycopg.Connection
) -> None:
    ids = np.array([4], np.int32)
    with database.transaction(force_rollback=True):
        database.execute("ALTER TABLE sensors ADD COLUMN IF NOT EXISTS circuit text")
        database.execute("UPDATE sensors SET circuit = 'K1' WHERE sensor_id IN (4, 6)")
        assert find_companions(database, Quantity.RESIDUAL_CURRENT, FLOW, ids).tolist() == [6]
    assert find_companions(database, Quantity.RESIDUAL_CURRENT, FLOW, ids).tolist() == [0]


def test_a_companion_tells_its_means_beside_each_sensor(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 2, 2, 21.0)
    smoke(database, 1, 2, 0.03)
    work_off(database, registered, after(2))
    span = Span(MIDNIGHT + 2 * DAY_US, DAY_US, 2)
    means = make_companion(database, SMOKE, np.array([1, 5], np.int32), span)(TEMPERATURE)
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
