"""The hazards ledger: what lasts is a hazard, what the readings prove is mended, and what comes back is open again."""

from __future__ import annotations

import psycopg
import pytest

from ingest.slow.looks import Registered
from ingest.store_alerts import apply_changes
from rules.catalogue import CATALOGUE
from rules.changes import Change, ChangeKind, Subject
from rules.slow.bucket_times import HOUR_US
from schemas.domain import SubjectKind
from tests.ingest.slow.conftest import MIDNIGHT, after, smoke, work_off

RULES = {rule.id: rule for rule in CATALOGUE}
HYDRANT = Subject(SubjectKind.SENSOR, 3, building_id=1, zone_id=1, device_id=2, sensor_id=3)
DETECTOR = Subject(SubjectKind.DEVICE, 1, building_id=1, zone_id=1, device_id=1, sensor_id=None)
SELECT_HAZARDS = """
SELECT kind, subject_id, state, (extract(epoch FROM found_at) * 1e6)::bigint, owner, reopened FROM hazards
ORDER BY hazard_id"""
SELECT_ACTIONS = "SELECT action, actor FROM hazard_events ORDER BY event_id"


def tell(
    database: psycopg.Connection, kind: ChangeKind, rule_id: str, at: int, subject: Subject = HYDRANT
) -> None:
    rule = RULES[rule_id]
    with database.transaction(), database.cursor() as cursor:
        apply_changes(cursor, [Change(kind, rule, subject, at, rule.severity, value=0.0, unit="MPa")])


def read_actions(database: psycopg.Connection) -> list[str]:
    return [action for action, _ in database.execute(SELECT_ACTIONS).fetchall()]


def test_a_dry_hydrant_is_a_hazard_until_its_pressure_has_been_well_for_a_day(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 3, 5, 0.5)
    work_off(database, registered, after(0.5))
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + 13 * HOUR_US)
    work_off(database, registered, after(1))
    hazards = database.execute(SELECT_HAZARDS).fetchall()
    assert hazards == [("dry_hydrant", 3, "open", MIDNIGHT + 13 * HOUR_US, "maintenance", 0)]
    tell(database, ChangeKind.CLEAR, "hydrant_pressure_zero", MIDNIGHT + 25 * HOUR_US)
    work_off(database, registered, after(1.9))
    assert [row[2] for row in database.execute(SELECT_HAZARDS).fetchall()] == ["open"]
    work_off(database, registered, after(2.5))
    assert read_actions(database) == ["found", "mended"]
    ((state, proof),) = database.execute("SELECT state, proof FROM hazards").fetchall()
    assert (state, proof["hours"]) == ("mended", 24)
    assert 0.49 < proof["least"] <= proof["most"] < 0.51


def test_silence_proves_nothing(registered: Registered, database: psycopg.Connection) -> None:
    smoke(database, 3, 1, 0.5)
    smoke(database, 1, 5, 0.03)
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + HOUR_US)
    work_off(database, registered, after(0.5))
    tell(database, ChangeKind.CLEAR, "hydrant_pressure_zero", MIDNIGHT + 20 * HOUR_US)
    work_off(database, registered, after(5))
    assert read_actions(database) == ["found"]


def test_what_comes_back_within_a_month_is_the_same_hazard_open_again(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 3, 8, 0.5)
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + HOUR_US)
    work_off(database, registered, after(0.5))
    database.execute("UPDATE alerts SET verdict = 'fault'")
    tell(database, ChangeKind.CLEAR, "hydrant_pressure_zero", MIDNIGHT + 20 * HOUR_US)
    work_off(database, registered, after(3))
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + 74 * HOUR_US)
    work_off(database, registered, after(4))
    assert read_actions(database) == ["found", "mended", "reopened"]
    assert [(row[2], row[5]) for row in database.execute(SELECT_HAZARDS).fetchall()] == [("open", 1)]


def test_who_says_it_is_mended_while_it_is_not_is_contradicted_by_the_readings(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 3, 3, 0.0)
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + HOUR_US)
    work_off(database, registered, after(0.5))
    database.execute(
        "UPDATE hazards SET state = 'claimed', claimed_at = to_timestamp(%s / 1e6), claimed_by = '李'",
        (MIDNIGHT + 13 * HOUR_US,),
    )
    work_off(database, registered, after(1))
    assert read_actions(database) == ["found", "contradicted"]
    assert database.execute("SELECT state, claimed_by FROM hazards").fetchall() == [("open", None)]


def test_what_passes_within_hours_is_none_and_what_is_a_test_neither(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 1, 3, 0.03)
    tell(database, ChangeKind.RAISE, "device_silent", MIDNIGHT + HOUR_US, DETECTOR)
    work_off(database, registered, after(0.9))
    tell(database, ChangeKind.CLEAR, "device_silent", MIDNIGHT + 23 * HOUR_US, DETECTOR)
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + 2 * HOUR_US)
    database.execute("UPDATE alerts SET signal_class = 'test' WHERE rule = 'hydrant_pressure_zero'")
    work_off(database, registered, after(2))
    assert database.execute(SELECT_HAZARDS).fetchall() == []


def test_the_history_of_hazards_cannot_be_rewritten(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 3, 1, 0.0)
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + HOUR_US)
    work_off(database, registered, after(0.5))
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        database.execute("UPDATE hazard_events SET note = 'x'")
