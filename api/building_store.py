"""Buildings with their live state."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.alert_models import Named, Shown
from api.connections import Connection, fetch_all
from api.cursors import Key
from api.freshness import Answer
from api.moments import Moment
from schemas.domain import BuildingClass, BuildingUse, SignalClass

SELECT_BUILDINGS = """
WITH page AS (
    SELECT * FROM buildings WHERE code > %(after)s ORDER BY code LIMIT %(limit)s
), alerts_of AS (
    SELECT building_id, jsonb_object_agg(signal_class, n) AS open_alerts
    FROM (SELECT building_id, signal_class, count(*) AS n FROM alerts
          WHERE closed_at IS NULL AND building_id IN (SELECT building_id FROM page)
          GROUP BY building_id, signal_class) counted
    GROUP BY building_id
), silent AS (
    SELECT device_id FROM alerts
    WHERE closed_at IS NULL AND condition = 'active' AND subject_kind = 'device'
      AND rule IN ('device_silent', 'gateway_silent')
    UNION
    -- What stands beneath a silent gateway is as unknown; its silence is told once.
    SELECT beneath.device_id FROM alerts a JOIN devices beneath ON beneath.gateway_id = a.device_id
    WHERE a.closed_at IS NULL AND a.condition = 'active' AND a.rule = 'gateway_silent' AND a.subject_kind = 'device'
), devices_of AS (
    SELECT d.building_id, count(*) AS total, count(silent.device_id) AS silent,
           count(*) FILTER (WHERE state.last_received_at IS NULL) AS never_seen,
           max(state.last_received_at) AS last_received_at
    FROM devices d LEFT JOIN device_state state USING (device_id) LEFT JOIN silent USING (device_id)
    WHERE NOT d.retired AND d.building_id IN (SELECT building_id FROM page)
    GROUP BY d.building_id
)
SELECT b.code, b.name, g.code AS area_code, g.name AS area_name, b.building_class, b.building_use, b.height_m,
       b.floors, b.high_risk, b.must_connect, COALESCE(a.open_alerts, '{}') AS open_alerts,
       COALESCE(d.total, 0) AS total, COALESCE(d.silent, 0) AS silent, COALESCE(d.never_seen, 0) AS never_seen,
       d.last_received_at
FROM page b JOIN areas g USING (area_id)
LEFT JOIN alerts_of a USING (building_id) LEFT JOIN devices_of d USING (building_id)
ORDER BY b.code"""


class BuildingKey(Key):
    code: str = Field(max_length=64)


class DeviceCounts(Shown):
    """Devices in service, retired ones left out."""

    total: int
    silent: int = Field(description="Have stopped reporting: their state is unknown, not normal")
    never_seen: int


class Building(Named):
    area: Named
    building_class: BuildingClass = Field(alias="class")
    use: BuildingUse
    height_m: float
    floors: int
    high_risk: bool
    must_connect: bool
    alerts_open: dict[SignalClass, int]
    devices: DeviceCounts
    last_received_at: Moment | None = Field(
        description="When any of its devices was last heard; null is never"
    )


class BuildingList(Answer):
    buildings: tuple[Building, ...]
    next: str | None


async def list_buildings(
    connection: Connection, after: str, limit: int
) -> tuple[list[Building], BuildingKey | None]:
    """A page of buildings by code, and its last key when there are more."""
    rows = await fetch_all(connection, SELECT_BUILDINGS, {"after": after, "limit": limit + 1}, _make_building)
    page = rows[:limit]
    return page, BuildingKey(code=page[-1].code) if len(rows) > limit else None


def _make_building(
    *,
    area_code: str,
    area_name: str,
    building_use: str,
    open_alerts: dict[str, int],
    total: int,
    silent: int,
    never_seen: int,
    last_received_at: datetime | None,
    **columns: object,
) -> Building:
    return Building.model_validate(
        {
            **columns,
            "use": building_use,
            "area": Named(code=area_code, name=area_name),
            "alerts_open": {signal_class: open_alerts.get(signal_class, 0) for signal_class in SignalClass},
            "devices": DeviceCounts(total=total, silent=silent, never_seen=never_seen),
            "last_received_at": last_received_at,
        }
    )
