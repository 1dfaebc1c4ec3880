"""The risk of each hour in the tables: every building and area, with parts that add up."""

from __future__ import annotations

import psycopg
import pytest

from ingest.slow.looks import Registered
from rules.changes import ChangeKind
from rules.slow.bucket_times import HOUR_US
from tests.ingest.slow.conftest import MIDNIGHT, after, smoke, work_off
from tests.ingest.slow.test_hazards import tell

SELECT_RISK = """
SELECT building_id, score, parts, figures, changes FROM building_risk
WHERE at = to_timestamp(%s / 1e6) ORDER BY building_id"""


def test_a_new_installation_knows_its_risk_at_once(
    registered: Registered, database: psycopg.Connection
) -> None:
    work_off(database, registered, after(0))
    assert database.execute("SELECT count(*), min(score) > 0 FROM building_risk").fetchall() == [(2, True)]


def test_every_hour_judges_every_building_out_of_parts_that_add_up(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 3, 2, 0.0)
    work_off(database, registered, after(0.5))
    tell(database, ChangeKind.RAISE, "hydrant_pressure_zero", MIDNIGHT + 14 * HOUR_US)
    work_off(database, registered, after(1))
    hours = database.execute("SELECT count(DISTINCT at), count(*) FROM building_risk").fetchall()
    assert hours == [(13, 26)]
    before = {row[0]: row for row in database.execute(SELECT_RISK, (MIDNIGHT + 13 * HOUR_US,)).fetchall()}
    now = {row[0]: row for row in database.execute(SELECT_RISK, (MIDNIGHT + 15 * HOUR_US,)).fetchall()}
    for _, score, parts, *_ in [*before.values(), *now.values()]:
        assert sum(parts.values()) == pytest.approx(score, abs=0.01)
    assert now[1][1] > before[1][1] + 5
    assert now[2][1] == before[2][1]
    assert {change["change"] for change in now[1][4]} == {"restore_water", "mend_hazards"}
    assert now[1][3]["water_alerts"] == 1
    ((area, buildings, worst),) = database.execute(
        "SELECT score, buildings, worst FROM area_risk WHERE at = to_timestamp(%s / 1e6)",
        (MIDNIGHT + 15 * HOUR_US,),
    ).fetchall()
    assert (area, buildings, worst) == (now[1][1], 2, 1)
