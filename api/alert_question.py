"""Which alerts are asked for, and as what conditions the database hears of it.

Names and codes become numbers first. Then the database knows how many alerts each has, and takes the right index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg import sql

from api.connections import Connection, fetch_one

SELECT_NUMBERS = """
WITH RECURSIVE covered AS (
    SELECT area_id FROM areas WHERE code = ANY(%(areas)s)
    UNION SELECT a.area_id FROM areas a JOIN covered ON a.parent_id = covered.area_id
)
SELECT ARRAY(SELECT building_id FROM buildings WHERE code = ANY(%(buildings)s)) AS buildings,
       ARRAY(SELECT building_id FROM buildings JOIN covered USING (area_id)) AS area_buildings,
       ARRAY(SELECT zone_id FROM zones WHERE code = ANY(%(zones)s)) AS zones,
       ARRAY(SELECT device_id FROM devices WHERE code = ANY(%(devices)s)) AS devices"""
CONDITIONS = {
    "open": sql.SQL("a.closed_at IS NULL"),
    "closed": sql.SQL("a.closed_at IS NOT NULL"),
    "classes": sql.SQL("a.signal_class = ANY(%(classes)s)"),
    "severities": sql.SQL("a.severity = ANY(%(severities)s)"),
    "condition": sql.SQL("a.condition = %(condition)s"),
    "areas": sql.SQL("a.building_id = ANY(%(area_building_ids)s)"),
    "buildings": sql.SQL("a.building_id = ANY(%(building_ids)s)"),
    "zones": sql.SQL("a.zone_id = ANY(%(zone_ids)s)"),
    "devices": sql.SQL("a.device_id = ANY(%(device_ids)s)"),
    "rules": sql.SQL("a.rule = ANY(%(rules)s)"),
    "incident": sql.SQL("a.incident_id = %(incident)s"),
    "verdicts": sql.SQL("COALESCE(a.verdict, 'none') = ANY(%(verdicts)s)"),
    "acknowledged": sql.SQL("a.acknowledged_at IS NOT NULL"),
    "unacknowledged": sql.SQL("a.acknowledged_at IS NULL"),
    "assigned": sql.SQL("a.assigned_to = %(assigned)s"),
    "raised_from": sql.SQL("a.raised_at >= %(raised_from)s"),
    "raised_to": sql.SQL("a.raised_at < %(raised_to)s"),
    "cleared_from": sql.SQL("a.cleared_at >= %(cleared_from)s"),
    "cleared_to": sql.SQL("a.cleared_at < %(cleared_to)s"),
    "changed_from": sql.SQL(
        "a.change_id IN (SELECT change_id FROM alert_events WHERE recorded_at >= %(changed_from)s)"
    ),
    "changed_to": sql.SQL(
        "a.change_id IN (SELECT change_id FROM alert_events WHERE recorded_at < %(changed_to)s)"
    ),
    "text": sql.SQL("""
    (a.rule IN (SELECT rule FROM rules WHERE strpos(lower(concat_ws(' ', rule, title_zh, title_en)), %(text)s) > 0)
     OR a.building_id IN (SELECT building_id FROM buildings WHERE strpos(lower(code || ' ' || name), %(text)s) > 0)
     OR a.zone_id IN (SELECT zone_id FROM zones WHERE strpos(lower(code || ' ' || name), %(text)s) > 0)
     OR a.device_id IN (SELECT device_id FROM devices WHERE strpos(lower(code || ' ' || name), %(text)s) > 0)
     OR strpos(lower(concat_ws(' ', a.acknowledged_by, a.assigned_to, a.verdict_by)), %(text)s) > 0
     OR a.alert_id::text = %(text)s)"""),
}
NO_CONDITION = sql.SQL("true")


class AlertOrder(StrEnum):
    """``class``: the most urgent class first, in it the newest. ``newest``: by the time of the raise alone."""

    CLASS = "class"
    NEWEST = "newest"


@dataclass(frozen=True)
class AlertQuestion:
    """Which alerts are asked for, in which order; an empty filter takes all. Spans hold their begin, not their end."""

    open: bool | None = None
    classes: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    areas: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    incident: int | None = None
    verdicts: tuple[str, ...] = ()
    condition: str | None = None
    acknowledged: bool | None = None
    assigned: str | None = None
    raised_from: datetime | None = None
    raised_to: datetime | None = None
    cleared_from: datetime | None = None
    cleared_to: datetime | None = None
    changed_from: datetime | None = None
    changed_to: datetime | None = None
    text: str | None = None
    order: AlertOrder = AlertOrder.CLASS

    @property
    def names_places(self) -> bool:
        return bool(self.areas or self.buildings or self.zones or self.devices)

    @property
    def conditions(self) -> sql.Composed:
        """Of the rows of ``alerts a``."""
        asked = {
            "open": self.open is True,
            "closed": self.open is False,
            "acknowledged": self.acknowledged is True,
            "unacknowledged": self.acknowledged is False,
        }
        named = [
            condition
            for name, condition in CONDITIONS.items()
            if (asked[name] if name in asked else getattr(self, name))
        ]
        return sql.SQL(" AND ").join(named or [NO_CONDITION])


@dataclass(frozen=True)
class PlaceNumbers:
    """The numbers of the places that a question names."""

    buildings: list[int]
    area_buildings: list[int]
    zones: list[int]
    devices: list[int]


async def make_params(connection: Connection, question: AlertQuestion) -> dict[str, object]:
    """What `AlertQuestion.conditions` refer to."""
    params: dict[str, object] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in vars(question).items()
    }
    params["text"] = question.text.lower() if question.text else None
    if question.names_places:
        numbers = await fetch_one(connection, SELECT_NUMBERS, params, PlaceNumbers)
        assert numbers is not None
        params |= {
            "building_ids": numbers.buildings,
            "area_building_ids": numbers.area_buildings,
            "zone_ids": numbers.zones,
            "device_ids": numbers.devices,
        }
    return params
