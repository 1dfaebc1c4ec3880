"""Which alerts are asked for, and as what conditions the database hears of it.

Names and codes become numbers first (`api.alert_names`). Then the database knows how many alerts each has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg import sql

CONDITIONS = {
    "open": sql.SQL("a.closed_at IS NULL"),
    "closed": sql.SQL("a.closed_at IS NOT NULL"),
    "classes": sql.SQL("a.urgency = ANY(%(urgencies)s)"),
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
    "changed_from": sql.SQL("a.changed_at >= %(changed_from)s"),
    "changed_to": sql.SQL("a.changed_at < %(changed_to)s"),
    "text": sql.SQL("""
    (a.rule = ANY(%(text_rules)s) OR a.building_id = ANY(%(text_buildings)s) OR a.zone_id = ANY(%(text_zones)s)
     OR a.device_id = ANY(%(text_devices)s) OR a.acknowledged_by = ANY(%(text_people)s)
     OR a.assigned_to = ANY(%(text_people)s) OR a.verdict_by = ANY(%(text_people)s)
     OR a.alert_id = ANY(%(text_alerts)s))"""),
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
