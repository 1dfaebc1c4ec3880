"""Sensors as they are registered, with what they cannot show."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from api.alert_models import Named, Shown
from api.connections import Connection, fetch_all
from api.cursors import Key
from schemas.domain import HeatClass, Quantity
from schemas.limitations import Limitation, find_limitations

SELECT_SENSORS = """
SELECT s.sensor_id, s.channel, s.quantity, s.unit, s.range_low, s.range_high, s.interval_seconds, s.heat_class,
       s.elevation_m, s.resolution,
       b.code AS building_code, b.name AS building_name, d.code AS device_code, d.name AS device_name,
       d.retired, z.code AS zone_code, z.name AS zone_name
FROM sensors s JOIN devices d USING (device_id) JOIN buildings b USING (building_id)
LEFT JOIN zones z ON z.zone_id = d.zone_id
WHERE s.sensor_id > %(after)s AND (%(building)s::text IS NULL OR b.code = %(building)s)
  AND (%(quantity)s::text IS NULL OR s.quantity = %(quantity)s)
ORDER BY s.sensor_id LIMIT %(limit)s"""


class SensorKey(Key):
    id: int = Field(ge=1, le=2**31 - 1)


class Sensor(Shown):
    """One channel of a device."""

    id: int
    channel: str
    quantity: Quantity
    unit: str = Field(description="The unit its device sends when a sample names none")
    range_low: float | None
    range_high: float | None
    interval_s: float
    heat_class: HeatClass | None
    elevation_m: float | None = Field(description="Height of its tap above the ground of the building")
    resolution: float | None = Field(description="The smallest step it shows, in the stored unit")
    building: Named
    zone: Named | None
    device: Named
    retired: bool
    limitations: tuple[Limitation, ...] = Field(description="What this sensor cannot show")


@dataclass(frozen=True)
class SensorQuestion:
    """Which sensors are asked for; None takes all."""

    building: str | None = None
    quantity: str | None = None


async def list_sensors(
    connection: Connection, question: SensorQuestion, after: int, limit: int
) -> tuple[list[Sensor], SensorKey | None]:
    """A page of sensors by number, and its last key when there are more."""
    params = {
        "after": after,
        "limit": limit + 1,
        "building": question.building,
        "quantity": question.quantity,
    }
    rows = await fetch_all(connection, SELECT_SENSORS, params, _make_sensor)
    return rows[:limit], SensorKey(id=rows[limit - 1].id) if len(rows) > limit else None


def _make_sensor(
    *,
    sensor_id: int,
    quantity: str,
    interval_seconds: float,
    resolution: float | None,
    building_code: str,
    building_name: str,
    device_code: str,
    device_name: str,
    zone_code: str | None,
    zone_name: str | None,
    **columns: object,
) -> Sensor:
    return Sensor.model_validate(
        {
            **columns,
            "id": sensor_id,
            "quantity": quantity,
            "interval_s": interval_seconds,
            "building": Named(code=building_code, name=building_name),
            "zone": Named(code=zone_code, name=zone_name or "") if zone_code is not None else None,
            "device": Named(code=device_code, name=device_name),
            "resolution": resolution,
            "limitations": find_limitations(quantity, interval_seconds, resolution),
        }
    )
