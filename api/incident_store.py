"""Incidents: alerts of a building that belong together, counted. Nothing is dropped: each is in the lists as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg import sql
from pydantic import Field

from api.alert_models import Colour, Named, Shown, Words
from api.connections import Connection, fetch_all
from api.cursors import MAX_BIGINT, Key
from api.freshness import Answer
from api.moments import Moment
from api.place_filter import PlaceFilter, in_buildings
from api.problems import ProblemError
from schemas.domain import SignalClass

# Open ones: the most urgent class that is open in them first. They are few, so all of them are looked at.
SELECT_OPEN = sql.SQL("""
SELECT incident_id, max(urgency) AS urgency FROM alerts a
WHERE closed_at IS NULL AND {places} GROUP BY incident_id
HAVING (%(urgency)s::smallint IS NULL OR (max(urgency), incident_id) < (%(urgency)s, %(before)s))
   AND (cardinality(%(classes)s::text[]) = 0 OR bool_or(signal_class = ANY(%(classes)s)))
ORDER BY urgency DESC, incident_id DESC LIMIT %(limit)s""").format(places=in_buildings("a", "building_id"))
# The rest along the index of those alerts that began one.
SELECT_BEGUN = sql.SQL("""
SELECT a.incident_id, 7::smallint AS urgency FROM alerts a
WHERE a.alert_id = a.incident_id AND a.alert_id < %(before)s AND {places}
  AND (%(begun_from)s::timestamptz IS NULL OR a.raised_at >= %(begun_from)s)
  AND (%(begun_to)s::timestamptz IS NULL OR a.raised_at < %(begun_to)s)
  AND (NOT %(over)s OR NOT EXISTS (
      SELECT FROM alerts m WHERE m.incident_id = a.incident_id AND m.closed_at IS NULL))
  AND (cardinality(%(classes)s::text[]) = 0 OR EXISTS (
      SELECT FROM alerts m WHERE m.incident_id = a.incident_id AND m.signal_class = ANY(%(classes)s)))
ORDER BY a.alert_id DESC LIMIT %(limit)s""").format(places=in_buildings("a", "building_id"))
SELECT_INCIDENTS = """
WITH members AS (
    SELECT * FROM alerts WHERE incident_id = ANY(%(incident_ids)s)
), classes AS (
    SELECT incident_id, jsonb_object_agg(signal_class, n) AS by_class
    FROM (SELECT incident_id, signal_class, count(*) AS n FROM members GROUP BY 1, 2) counted GROUP BY 1
), verdicts AS (
    SELECT incident_id, jsonb_object_agg(verdict, n) AS by_verdict
    FROM (SELECT incident_id, verdict, count(*) AS n FROM members WHERE verdict IS NOT NULL GROUP BY 1, 2) counted
    GROUP BY 1
), gravest AS (
    SELECT DISTINCT ON (incident_id) incident_id, alert_id, rule, signal_class
    FROM members ORDER BY incident_id, closed_at IS NULL DESC, urgency DESC, severity, raised_at, alert_id
), sums AS (
    SELECT m.incident_id, min(m.building_id) AS building_id, count(*) AS alerts,
           count(*) FILTER (WHERE m.closed_at IS NULL) AS alerts_open,
           count(*) FILTER (WHERE m.condition = 'active') AS alerts_active,
           count(*) FILTER (WHERE m.closed_at IS NULL AND m.acknowledged_at IS NULL) AS unacknowledged,
           min(m.severity) FILTER (WHERE m.closed_at IS NULL) AS severity, min(m.severity_peak) AS severity_peak,
           min(m.raised_at) AS first_raised_at, max(m.raised_at) AS last_raised_at, max(m.cleared_at) AS cleared_at,
           max(m.change_id) AS change_id,
           COALESCE(array_agg(DISTINCT z.floor ORDER BY z.floor) FILTER (WHERE z.floor IS NOT NULL), '{}') AS floors
    FROM members m LEFT JOIN zones z USING (zone_id) GROUP BY m.incident_id
)
SELECT s.incident_id, b.code AS building_code, b.name AS building_name, g.code AS area_code, g.name AS area_name,
       s.alerts, s.alerts_open, s.alerts_active, s.unacknowledged, s.severity, s.severity_peak, s.first_raised_at,
       s.last_raised_at, s.cleared_at, s.floors, s.change_id, e.recorded_at AS changed_at, c.by_class,
       COALESCE(v.by_verdict, '{}') AS by_verdict, x.alert_id AS gravest_id, x.rule, r.title_zh, r.title_en,
       x.signal_class AS gravest_class
FROM sums s JOIN buildings b USING (building_id) JOIN areas g USING (area_id)
JOIN alert_events e USING (change_id) JOIN classes c USING (incident_id) LEFT JOIN verdicts v USING (incident_id)
JOIN gravest x USING (incident_id) JOIN rules r ON r.rule = x.rule"""


class IncidentState(StrEnum):
    """Open while any of its alerts is."""

    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class IncidentQuestion:
    """Which incidents are asked for; `state` None takes all. The span is that of the first raise."""

    state: IncidentState | None
    places: PlaceFilter
    classes: tuple[str, ...] = ()
    begun_from: datetime | None = None
    begun_to: datetime | None = None


class IncidentKey(Key):
    urgency: int = Field(ge=1, le=7)
    id: int = Field(ge=1, le=MAX_BIGINT)


class Gravest(Shown):
    """The alert that an incident is named after: the most urgent of those that are open, else of all."""

    id: int
    rule: str
    title: Words
    signal_class: SignalClass = Field(alias="class")


class Incident(Shown):
    """Alerts of one building that belong together; `/v1/alerts?incident=…&open=all` lists them."""

    id: int = Field(description="The number of the alert that began it; never changes")
    change_id: int = Field(description="The newest change of any of its alerts")
    state: IncidentState
    building: Named
    area: Named
    floors: tuple[int, ...] = Field(description="Where its alerts are")
    gravest: Gravest
    severity: Colour = Field(
        description="The worst colour that is open; once it is over, the worst there was"
    )
    severity_peak: Colour
    first_raised_at: Moment
    last_raised_at: Moment
    changed_at: Moment
    cleared_at: Moment | None = Field(description="When the last condition cleared; null while one is active")
    alerts: int
    alerts_open: int
    alerts_active: int
    unacknowledged: int
    by_class: dict[SignalClass, int]
    by_verdict: dict[str, int]


class IncidentList(Answer):
    """Open ones by the most urgent class that is open in them, others the newest first."""

    change_id: int
    incidents: tuple[Incident, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last")


@dataclass(frozen=True)
class _Found:
    incident_id: int
    urgency: int


async def list_incidents(
    connection: Connection, question: IncidentQuestion, after: IncidentKey | None, limit: int
) -> tuple[list[Incident], IncidentKey | None]:
    """A page of incidents, and its last key when there are more."""
    params: dict[str, object] = {
        "building_ids": await question.places.find(connection),
        "classes": list(question.classes),
        "begun_from": question.begun_from,
        "begun_to": question.begun_to,
        "over": question.state is IncidentState.OVER,
        "urgency": after.urgency if after else None,
        "before": after.id if after else MAX_BIGINT,
        "limit": limit + 1,
    }
    query = SELECT_OPEN if question.state is IncidentState.OPEN else SELECT_BEGUN
    found = await fetch_all(connection, query, params, _Found)
    page = await _read_incidents(connection, [one.incident_id for one in found[:limit]])
    if len(found) <= limit:
        return page, None
    return page, IncidentKey(urgency=found[limit - 1].urgency, id=found[limit - 1].incident_id)


async def read_incident(connection: Connection, incident_id: int) -> Incident:
    """One incident.

    Raises
    ------
    ProblemError
        There is none with this number.
    """
    found = await _read_incidents(connection, [incident_id])
    if not found:
        raise ProblemError(404, "no-incident", f"there is no incident {incident_id}")
    return found[0]


async def _read_incidents(connection: Connection, incident_ids: list[int]) -> list[Incident]:
    rows = await fetch_all(connection, SELECT_INCIDENTS, {"incident_ids": incident_ids}, _make_incident)
    places = {incident_id: place for place, incident_id in enumerate(incident_ids)}
    return sorted(rows, key=lambda incident: places[incident.id])


def _make_incident(
    *,
    incident_id: int,
    building_code: str,
    building_name: str,
    area_code: str,
    area_name: str,
    alerts_open: int,
    alerts_active: int,
    severity: int | None,
    severity_peak: int,
    cleared_at: datetime | None,
    by_class: dict[str, int],
    gravest_id: int,
    rule: str,
    title_zh: str,
    title_en: str,
    gravest_class: str,
    **columns: object,
) -> Incident:
    return Incident.model_validate(
        {
            **columns,
            "id": incident_id,
            "state": IncidentState.OPEN if alerts_open else IncidentState.OVER,
            "building": Named(code=building_code, name=building_name),
            "area": Named(code=area_code, name=area_name),
            "gravest": Gravest(
                id=gravest_id,
                rule=rule,
                title=Words(zh=title_zh, en=title_en),
                signal_class=SignalClass(gravest_class),
            ),
            "severity": Colour.of(severity or severity_peak),
            "severity_peak": Colour.of(severity_peak),
            "cleared_at": None if alerts_active else cleared_at,
            "alerts_open": alerts_open,
            "alerts_active": alerts_active,
            "by_class": {one: by_class.get(one, 0) for one in SignalClass},
        }
    )
