"""How complete the reports of devices were, and how often a building's alarms were false, a day at a time."""

from __future__ import annotations

from datetime import date, datetime

from psycopg import sql
from pydantic import Field

from api.alert_models import Named, Shown
from api.connections import Connection, fetch_all
from api.cursors import MAX_BIGINT, Key
from api.freshness import Answer
from api.moments import Moment
from api.place_filter import PlaceFilter, in_buildings

MOST_FALSE_ALARMS = 5
"""In a day from one building; beyond it the centre has to act with the user (GB 50440)."""

# The least complete first: that is whom somebody has to look after.
SELECT_DAYS = """
SELECT * FROM (
    SELECT c.starts_at, (c.starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day, c.device_id, b.code AS building_code,
           b.name AS building_name, d.code, d.name, c.received, c.expected,
           COALESCE(c.received::float8 / NULLIF(c.expected, 0), 1) AS completeness,
           1 - c.silent_seconds / 86400 AS online
    FROM device_days c JOIN devices d USING (device_id) JOIN buildings b USING (building_id)
    WHERE c.starts_at = COALESCE(%(day)s::date::timestamp AT TIME ZONE 'Asia/Shanghai',
                                 (SELECT max(starts_at) FROM device_days))
      AND (cardinality(%(buildings)s::text[]) = 0 OR b.code = ANY(%(buildings)s))
) devices
WHERE %(completeness)s::float8 IS NULL OR (completeness, device_id) > (%(completeness)s, %(device_id)s::integer)
ORDER BY completeness, device_id LIMIT %(limit)s"""
SELECT_FALSE = sql.SQL("""
SELECT f.day, b.code AS building_code, b.name AS building_name, sum(f.false_alarms)::integer AS false_alarms,
       COALESCE(jsonb_object_agg(d.code, f.of_device) FILTER (WHERE d.code IS NOT NULL), '{{}}') AS by_device
FROM (
    SELECT day, building_id, device_id, sum(false_alarms) AS false_alarms, sum(false_alarms) AS of_device
    FROM false_alarm_days WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2, 3
) f JOIN buildings b USING (building_id) LEFT JOIN devices d USING (device_id)
WHERE {in_buildings}
GROUP BY 1, 2, 3 ORDER BY f.day DESC, false_alarms DESC, b.code""").format(
    in_buildings=in_buildings("b", "building_id")
)
SELECT_FALSE_DEVICES = sql.SQL("""
SELECT d.code, d.name, d.model, b.code AS building_code, b.name AS building_name,
       sum(f.false_alarms)::integer AS false_alarms, max(f.false_alarms)::integer AS most_in_a_day,
       count(*)::integer AS days, min(f.day) AS first_day, max(f.day) AS last_day
FROM (
    SELECT day, device_id, sum(false_alarms) AS false_alarms
    FROM false_alarm_days WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
) f JOIN devices d USING (device_id) JOIN buildings b USING (building_id)
WHERE {in_buildings}
GROUP BY d.device_id, b.building_id ORDER BY false_alarms DESC, d.device_id LIMIT %(limit)s""").format(
    in_buildings=in_buildings("b", "building_id")
)


class DeviceDay(Named):
    """One device on one day in China."""

    building: Named
    day: date
    begins_at: Moment
    received: int = Field(description="Readings, of each channel at most as many as expected")
    expected: int
    completeness: float = Field(description="Received over expected; 1 of a device without channels")
    online: float = Field(description="Share of the day in which it was not known to be silent")


class DeviceDayList(Answer):
    devices: tuple[DeviceDay, ...] = Field(description="The least complete first")
    next: str | None = Field(description="Cursor of the next page; null on the last")


class DeviceDayKey(Key):
    completeness: float
    device_id: int = Field(ge=1, le=MAX_BIGINT)


class FalseAlarmDay(Shown):
    """The alarms of one building and day that somebody ruled to be false."""

    day: date
    building: Named
    false_alarms: int
    too_many: bool = Field(
        description=f"More than {MOST_FALSE_ALARMS}: the user has to be spoken to (GB 50440)"
    )
    by_device: dict[str, int] = Field(description="Of single devices, by code")


class FalseAlarmList(Answer):
    days: tuple[FalseAlarmDay, ...]


class FalseAlarmDevice(Named):
    """One device and what it cried in vain over the period."""

    building: Named
    model: str | None
    false_alarms: int
    most_in_a_day: int
    days: int = Field(description="With a false alarm")
    first_day: date
    last_day: date
    too_many: bool = Field(description=f"By itself more than {MOST_FALSE_ALARMS} in a day (GB 50440)")


class FalseAlarmDeviceList(Answer):
    devices: tuple[FalseAlarmDevice, ...] = Field(description="Those with most false alarms first")


class _Row(Shown):
    device_id: int
    shown: DeviceDay


async def list_device_days(
    connection: Connection,
    day: date | None,
    buildings: tuple[str, ...],
    after: DeviceDayKey | None,
    limit: int,
) -> tuple[list[DeviceDay], DeviceDayKey | None]:
    """A page of the devices of a day, the last one judged by default, and its last key when there are more."""
    params = {
        "day": day,
        "buildings": list(buildings),
        "limit": limit + 1,
        "completeness": after.completeness if after else None,
        "device_id": after.device_id if after else None,
    }
    rows = await fetch_all(connection, SELECT_DAYS, params, _make_day)
    page = [row.shown for row in rows[:limit]]
    if len(rows) <= limit:
        return page, None
    return page, DeviceDayKey(completeness=page[-1].completeness, device_id=rows[limit - 1].device_id)


async def list_false_alarms(
    connection: Connection, first: date, last: date, places: PlaceFilter
) -> list[FalseAlarmDay]:
    """Days and buildings with false alarms, the newest first."""
    params = {"first": first, "last": last, "building_ids": await places.find(connection)}
    return await fetch_all(connection, SELECT_FALSE, params, _make_false)


async def list_false_alarm_devices(
    connection: Connection, first: date, last: date, places: PlaceFilter, limit: int
) -> list[FalseAlarmDevice]:
    """Devices with false alarms between two days, those with most first."""
    params = {"first": first, "last": last, "building_ids": await places.find(connection), "limit": limit}
    return await fetch_all(connection, SELECT_FALSE_DEVICES, params, _make_false_device)


def _make_day(
    *,
    device_id: int,
    starts_at: datetime,
    building_code: str,
    building_name: str,
    **columns: object,
) -> _Row:
    building = Named(code=building_code, name=building_name)
    shown = DeviceDay.model_validate({**columns, "begins_at": starts_at, "building": building})
    return _Row(device_id=device_id, shown=shown)


def _make_false(
    *, day: date, building_code: str, building_name: str, false_alarms: int, by_device: dict[str, int]
) -> FalseAlarmDay:
    return FalseAlarmDay(
        day=day,
        building=Named(code=building_code, name=building_name),
        false_alarms=false_alarms,
        too_many=false_alarms > MOST_FALSE_ALARMS,
        by_device=by_device,
    )


def _make_false_device(
    *, building_code: str, building_name: str, most_in_a_day: int, **columns: object
) -> FalseAlarmDevice:
    return FalseAlarmDevice.model_validate(
        {
            **columns,
            "building": Named(code=building_code, name=building_name),
            "most_in_a_day": most_in_a_day,
            "too_many": most_in_a_day > MOST_FALSE_ALARMS,
        }
    )
