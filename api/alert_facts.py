"""What of an alert decides whether a list holds it, and where in the list it stands."""

from __future__ import annotations

from datetime import datetime

import msgspec

from api.alert_columns import AlertRow
from api.written_alerts import AlertVersion


class AlertFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The columns that filters and orders are about; `verdict` is ``none`` while nobody has ruled."""

    alert_id: int
    urgency: int
    severity: int
    condition: str
    rule: str
    incident_id: int
    building_id: int
    zone_id: int | None
    device_id: int | None
    verdict: str
    assigned_to: str | None
    acknowledged_at: datetime | None
    raised_at: datetime
    changed_at: datetime | None
    cleared_at: datetime | None
    closed_at: datetime | None


class WrittenAlert(msgspec.Struct, frozen=True):
    """An alert as of a change of its own: as JSON, and what lists have to know of it."""

    version: AlertVersion
    facts: AlertFacts
    json: bytes


def take_facts(row: AlertRow) -> AlertFacts:
    return AlertFacts(
        alert_id=row.alert_id,
        urgency=row.urgency,
        severity=row.severity,
        condition=row.condition,
        rule=row.rule,
        incident_id=row.incident_id,
        building_id=row.building_id,
        zone_id=row.zone_id,
        device_id=row.device_id,
        verdict=row.verdict or "none",
        assigned_to=row.assigned_to,
        acknowledged_at=row.acknowledged_at,
        raised_at=row.raised_at,
        changed_at=row.changed_at,
        cleared_at=row.cleared_at,
        closed_at=row.closed_at,
    )
