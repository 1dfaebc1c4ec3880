"""Devices with their state: what is open about them, whether they are heard, and what they measured last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg import sql
from pydantic import Field

from api.alert_models import Named
from api.connections import Connection, fetch_all
from api.cursors import MAX_BIGINT, Key
from api.freshness import Answer
from api.moments import Moment
from api.place_filter import PlaceFilter, in_buildings
from api.silence import SILENT
from schemas.domain import PowerSupply

# The state is computed for whatever devices are asked for: the alerts of a device lie together in an index.
SELECT_DEVICES = sql.SQL("""
WITH silent AS ({silent}), states AS (
    SELECT d.*, s.last_received_at, s.last_observed_at, s.online, s.firmware, a.alert_ids, a.rules,
           CASE WHEN a.urgency = 7 THEN 'fire' WHEN a.urgency = 6 THEN 'warning' WHEN a.urgency = 5 THEN 'actuation'
                WHEN silent.own THEN 'silent' WHEN NOT silent.own THEN 'unknown'
                WHEN s.last_received_at IS NULL THEN 'never_seen'
                WHEN a.urgency = 4 THEN 'supervisory' WHEN a.urgency = 3 THEN 'fault'
                WHEN a.urgency = 2 THEN 'disabled' WHEN a.urgency = 1 THEN 'test' ELSE 'normal' END AS state
    FROM devices d LEFT JOIN device_state s USING (device_id) LEFT JOIN silent USING (device_id)
    LEFT JOIN LATERAL (
        SELECT max(urgency) AS urgency, array_agg(alert_id ORDER BY urgency DESC, alert_id) AS alert_ids,
               array_agg(DISTINCT rule) AS rules
        FROM alerts WHERE device_id = d.device_id AND closed_at IS NULL) a ON true
    WHERE NOT d.retired AND d.device_id > %(after)s AND {in_buildings}
)
SELECT x.device_id, x.code, x.name, x.model, x.power, x.system, x.part, x.riser, x.state, x.online,
       x.firmware, x.last_received_at, x.last_observed_at, COALESCE(x.alert_ids, '{{}}') AS alert_ids,
       COALESCE(x.rules, '{{}}') AS rules, b.code AS building_code, b.name AS building_name, z.code AS zone_code,
       z.name AS zone_name, z.floor, way.code AS gateway
FROM states x JOIN buildings b USING (building_id) LEFT JOIN zones z ON z.zone_id = x.zone_id
LEFT JOIN devices way ON way.device_id = x.gateway_id
WHERE (cardinality(%(states)s::text[]) = 0 OR x.state = ANY(%(states)s))
ORDER BY x.device_id LIMIT %(limit)s""").format(silent=SILENT, in_buildings=in_buildings("d", "building_id"))


class DeviceState(StrEnum):
    """What is true of a device now, the gravest first.

    ``silent`` has stopped reporting itself; ``unknown`` is heard through a gateway that has; ``never_seen`` has never
    reported. None of the three is normal.
    """

    FIRE = "fire"
    WARNING = "warning"
    ACTUATION = "actuation"
    SILENT = "silent"
    UNKNOWN = "unknown"
    NEVER_SEEN = "never_seen"
    SUPERVISORY = "supervisory"
    FAULT = "fault"
    DISABLED = "disabled"
    TEST = "test"
    NORMAL = "normal"


class Device(Named):
    """One device in service."""

    id: int
    building: Named
    zone: Named | None
    floor: int | None
    model: str | None
    power: PowerSupply
    gateway: str | None = Field(description="Code of the device that it is heard through")
    system: str | None = Field(description="Fire-fighting water that it belongs to: hydrant or sprinkler")
    part: str | None
    riser: str | None
    state: DeviceState
    online: bool | None = Field(
        description="What it said itself at birth or by its will; null when it never did"
    )
    firmware: str | None
    last_received_at: Moment | None
    last_observed_at: Moment | None = Field(description="By its own clock")
    alerts: tuple[int, ...] = Field(description="Open alerts about it, the most urgent first")
    rules: tuple[str, ...] = Field(description="The rules that raised them")


class DeviceList(Answer):
    devices: tuple[Device, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last")


class DeviceKey(Key):
    id: int = Field(ge=1, le=MAX_BIGINT)


@dataclass(frozen=True)
class DeviceQuestion:
    """Which devices; an empty filter takes all."""

    places: PlaceFilter
    states: tuple[str, ...] = ()


async def list_devices(
    connection: Connection, question: DeviceQuestion, after: int, limit: int | None
) -> tuple[list[Device], DeviceKey | None]:
    """A page of devices by number, and its last key when there are more; without a limit all of them."""
    params: dict[str, object] = {
        "building_ids": await question.places.find(connection),
        "states": list(question.states),
        "after": after,
        "limit": None if limit is None else limit + 1,
    }
    rows = await fetch_all(connection, SELECT_DEVICES, params, _make_device)
    page = rows[:limit]
    return page, DeviceKey(id=page[-1].id) if len(rows) > len(page) else None


def find_gravest(states: Iterable[DeviceState]) -> DeviceState:
    """Of several devices; normal when there are none."""
    order = list(DeviceState)
    return min(states, key=order.index, default=DeviceState.NORMAL)


def _make_device(
    *,
    device_id: int,
    building_code: str,
    building_name: str,
    zone_code: str | None,
    zone_name: str | None,
    alert_ids: list[int],
    last_received_at: datetime | None,
    **columns: object,
) -> Device:
    return Device.model_validate(
        {
            **columns,
            "id": device_id,
            "building": Named(code=building_code, name=building_name),
            "zone": Named(code=zone_code, name=zone_name or "") if zone_code is not None else None,
            "alerts": tuple(alert_ids),
            "last_received_at": last_received_at,
        }
    )
