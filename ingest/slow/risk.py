"""The risk of every building and area at each hour: facts out of the tables, scores with their parts back into them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.progress import RISK, find_next_hour, note_progress
from rules.risk.areas import judge_areas
from rules.risk.facts import COLOUR_WEIGHTS, Facts
from rules.risk.score import choose_colours, judge_risk, weigh_changes
from rules.slow.bucket_times import CHINA_US, DAY_US, HOUR_US
from schemas.domain import BUILDING_CLASSES, BUILDING_USES, BuildingClass, BuildingUse
from schemas.risk import RiskChange, RiskPart

KEEP_US = 90 * DAY_US
MOST_CHANGES = 3
# Of a change that lowers the score by less nobody need be told.
LEAST_POINTS = 0.05

SELECT_FACTS = """
WITH active AS (
    SELECT * FROM alerts
    WHERE raised_at <= to_timestamp(%(at)s / 1e6) AND COALESCE(cleared_at, 'infinity') > to_timestamp(%(at)s / 1e6)
), counted AS (
    SELECT building_id,
           sum(%(weights)s[severity]) FILTER (WHERE signal_class = 'fire') AS fires,
           sum(%(weights)s[severity]) FILTER (WHERE signal_class = 'warning') AS warnings,
           sum(%(weights)s[severity]) FILTER (WHERE signal_class = 'supervisory') AS water,
           count(DISTINCT device_id) FILTER (
               WHERE signal_class = 'fault' AND rule NOT IN ('device_silent', 'gateway_silent')) AS faults,
           count(DISTINCT device_id) FILTER (WHERE signal_class = 'disabled') AS disabled,
           count(*) FILTER (WHERE signal_class IN ('fire', 'warning')) AS live_alerts,
           count(*) FILTER (WHERE signal_class = 'supervisory') AS water_alerts
    FROM active WHERE signal_class <> 'test' GROUP BY 1
), silent AS (
    SELECT building_id, count(DISTINCT device_id) AS silent FROM (
        SELECT building_id, device_id FROM active WHERE rule IN ('device_silent', 'gateway_silent')
        UNION
        SELECT a.building_id, beneath.device_id FROM active a JOIN devices beneath ON beneath.gateway_id = a.device_id
        WHERE a.rule = 'gateway_silent') unheard
    GROUP BY 1
), in_service AS (
    SELECT building_id, count(*) AS devices FROM devices WHERE NOT retired GROUP BY 1
), ledger AS (
    SELECT building_id, count(*) AS hazards, count(*) FILTER (WHERE due_at < to_timestamp(%(at)s / 1e6)) AS overdue
    FROM hazards
    WHERE found_at <= to_timestamp(%(at)s / 1e6) AND COALESCE(closed_at, 'infinity') > to_timestamp(%(at)s / 1e6)
    GROUP BY 1
), past AS (
    SELECT building_id, count(*) FILTER (WHERE verdict = 'real_fire') AS past_fires,
           count(*) FILTER (WHERE signal_class = 'warning' AND verdict IS DISTINCT FROM 'false_alarm') AS past_warnings
    FROM alerts
    WHERE raised_at > to_timestamp(%(at)s / 1e6) - INTERVAL '90 days' AND raised_at <= to_timestamp(%(at)s / 1e6)
      AND signal_class IN ('fire', 'warning')
    GROUP BY 1
)
SELECT b.building_id, b.area_id, b.building_class, b.building_use, b.height_m, b.high_risk, COALESCE(fires, 0),
       COALESCE(warnings, 0), COALESCE(water, 0), COALESCE(devices, 0), COALESCE(silent, 0), COALESCE(faults, 0),
       COALESCE(disabled, 0), COALESCE(hazards, 0), COALESCE(overdue, 0), COALESCE(past_fires, 0),
       COALESCE(past_warnings, 0), COALESCE(live_alerts, 0), COALESCE(water_alerts, 0)
FROM buildings b LEFT JOIN counted USING (building_id) LEFT JOIN silent USING (building_id)
LEFT JOIN in_service USING (building_id) LEFT JOIN ledger USING (building_id) LEFT JOIN past USING (building_id)
ORDER BY b.building_id"""
SELECT_PARENTS = "SELECT area_id, parent_id FROM areas"
DELETE_RISK = """
WITH gone AS (DELETE FROM area_risk WHERE at = to_timestamp(%(at)s / 1e6))
DELETE FROM building_risk WHERE at = to_timestamp(%(at)s / 1e6)"""
COPY_RISK = "COPY building_risk (at, building_id, score, colour, parts, figures, changes) FROM STDIN"
COPY_AREAS = "COPY area_risk (at, area_id, score, colour, buildings, worst) FROM STDIN"
DROP_OLD = """
SELECT drop_chunks('building_risk', to_timestamp(%(before)s / 1e6)),
       drop_chunks('area_risk', to_timestamp(%(before)s / 1e6))"""
# In the order of the columns of `SELECT_FACTS`; the last two only tell how many alerts there are.
FACTS = ("fires", "warnings", "water", "devices", "silent", "faults", "disabled", "hazards", "overdue", "past_fires",
         "past_warnings")  # fmt: skip
FIGURES = (*FACTS, "live_alerts", "water_alerts")
FIRST_FIGURE = 6


def judge_hour(connection: Connection[TupleRow]) -> bool:
    """Judge every building as of the next hour that is summed up; False when all are judged."""
    at = find_next_hour(connection, RISK)
    if at is None:
        return False
    with connection.transaction():
        write_risk(connection, at)
        note_progress(connection, RISK, at)
    connection.execute(DROP_OLD, {"before": at - KEEP_US})
    return True


def write_risk(connection: Connection[TupleRow], at: int) -> None:
    """Put the risk of that hour into the tables, in the place of what may be there."""
    rows = connection.execute(SELECT_FACTS, {"weights": list(COLOUR_WEIGHTS), "at": at}).fetchall()
    parents: dict[int, int | None] = dict(connection.execute(SELECT_PARENTS).fetchall())
    facts = lay_out_facts(rows, at)
    risk, reliefs = judge_risk(facts), weigh_changes(facts)
    colours = choose_colours(risk.score)
    moment = datetime.fromtimestamp(at / 1e6, UTC)
    connection.execute(DELETE_RISK, {"at": at})
    with connection.cursor() as cursor:
        with cursor.copy(COPY_RISK) as copy:
            for place, row in enumerate(rows):
                parts = dict(zip(RiskPart, np.round(risk.parts[place], 3).tolist(), strict=True))
                copy.write_row(
                    (
                        moment,
                        row[0],
                        float(risk.score[place]),
                        int(colours[place]),
                        json.dumps(parts),
                        json.dumps(_list_figures(row)),
                        json.dumps(_choose_changes(reliefs[place])),
                    )
                )
        areas = judge_areas(risk.score, [row[1] for row in rows], parents)
        area_colours = choose_colours(np.array([area.score for area in areas]))
        with cursor.copy(COPY_AREAS) as copy:
            for area, colour in zip(areas, area_colours.tolist(), strict=True):
                worst = rows[area.worst][0]
                copy.write_row((moment, area.area_id, area.score, colour, area.buildings, worst))


def lay_out_facts(rows: list[TupleRow], at: int) -> Facts:
    """Rows of `SELECT_FACTS` as columns."""
    classes = [BUILDING_CLASSES.index(BuildingClass(row[2])) for row in rows]
    uses = [BUILDING_USES.index(BuildingUse(row[3])) for row in rows]
    figures = [[float(figure) for figure in row[FIRST_FIGURE : FIRST_FIGURE + len(FACTS)]] for row in rows]
    columns = np.array(figures).reshape(len(rows), len(FACTS))
    return Facts(
        np.array(classes, np.int8),
        np.array(uses, np.int8),
        np.array([row[4] for row in rows], np.float64),
        np.array([row[5] for row in rows], np.bool_),
        *columns.T,  # type: ignore[misc]  # as many as there are names in FACTS
        hour=int((at + CHINA_US) // HOUR_US % 24),
    )


def _list_figures(row: TupleRow) -> dict[str, float]:
    return {name: round(float(figure), 3) for name, figure in zip(FIGURES, row[FIRST_FIGURE:], strict=True)}


def _choose_changes(reliefs: NDArray[np.float64]) -> list[dict[str, str | float]]:
    """The three that would lower the score most; mending all hazards says nothing where all are overdue."""
    changes = list(RiskChange)
    worth = reliefs.copy()
    overdue, hazards = changes.index(RiskChange.MEND_OVERDUE), changes.index(RiskChange.MEND_HAZARDS)
    worth[overdue if worth[hazards] > worth[overdue] else hazards] = 0.0
    order = np.argsort(-worth, kind="stable")[:MOST_CHANGES]
    return [
        {"change": changes[place].value, "points": round(float(worth[place]), 2)}
        for place in order.tolist()
        if worth[place] >= LEAST_POINTS
    ]
