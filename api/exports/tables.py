"""The tables that can be taken away."""

from __future__ import annotations

from psycopg import sql

from api.exports.columns import Column, Kind
from api.place_filter import in_buildings

ALERT_COLUMNS = (
    Column("alert_id", Kind.INTEGER),
    Column("incident_id", Kind.INTEGER),
    Column("rule"),
    Column("title_zh"),
    Column("title_en"),
    Column("class"),
    Column("severity"),
    Column("severity_peak"),
    Column("condition"),
    Column("area"),
    Column("area_name"),
    Column("building"),
    Column("building_name"),
    Column("floor", Kind.INTEGER),
    Column("zone"),
    Column("device"),
    Column("channel"),
    Column("raised_at", Kind.TIME),
    Column("recorded_at", Kind.TIME),
    Column("cleared_at", Kind.TIME),
    Column("closed_at", Kind.TIME),
    Column("acknowledged_at", Kind.TIME),
    Column("acknowledged_by"),
    Column("verdict"),
    Column("verdict_at", Kind.TIME),
    Column("verdict_by"),
    Column("value", Kind.NUMBER),
    Column("limit", Kind.NUMBER),
    Column("unit"),
    Column("late", Kind.FLAG),
)
SELECT_ALERTS = sql.SQL("""
SELECT a.alert_id, a.incident_id, a.rule, r.title_zh, r.title_en, a.signal_class,
       (ARRAY['red', 'orange', 'yellow', 'blue'])[a.severity],
       (ARRAY['red', 'orange', 'yellow', 'blue'])[a.severity_peak],
       a.condition, g.code, g.name, b.code, b.name, z.floor, z.code, d.code, s.channel, a.raised_at, a.recorded_at,
       a.cleared_at, a.closed_at, a.acknowledged_at, a.acknowledged_by, a.verdict, a.verdict_at, a.verdict_by, a.value,
       a.limit_value, a.unit, a.late
FROM alerts a JOIN rules r ON r.rule = a.rule JOIN buildings b ON b.building_id = a.building_id
JOIN areas g ON g.area_id = b.area_id LEFT JOIN zones z ON z.zone_id = a.zone_id
LEFT JOIN devices d ON d.device_id = a.device_id LEFT JOIN sensors s ON s.sensor_id = a.sensor_id
WHERE a.raised_at >= %(begin)s AND a.raised_at < %(end)s AND {in_buildings}
  AND (cardinality(%(classes)s::text[]) = 0 OR a.signal_class = ANY(%(classes)s))
ORDER BY a.raised_at, a.alert_id""").format(in_buildings=in_buildings("a", "building_id"))

READING_COLUMNS = (
    Column("sensor_id", Kind.INTEGER),
    Column("building"),
    Column("device"),
    Column("channel"),
    Column("quantity"),
    Column("at", Kind.TIME),
    Column("received_at", Kind.TIME),
    Column("value", Kind.NUMBER),
    Column("quality", Kind.INTEGER),
)
# One sensor after the other along its index: nothing has to be sorted, however much there is.
SELECT_READINGS = sql.SQL("""
SELECT s.sensor_id, s.building, s.device, s.channel, s.quantity, r.ts, r.received_at, r.value, r.quality
FROM (
    SELECT s.sensor_id, b.code AS building, d.code AS device, s.channel, s.quantity
    FROM sensors s JOIN devices d USING (device_id) JOIN buildings b USING (building_id)
    WHERE {in_buildings} AND (cardinality(%(sensors)s::integer[]) = 0 OR s.sensor_id = ANY(%(sensors)s))
    ORDER BY s.sensor_id OFFSET 0
) s CROSS JOIN LATERAL (
    SELECT ts, received_at, value, quality FROM readings
    WHERE sensor_id = s.sensor_id AND ts >= %(begin)s AND ts < %(end)s ORDER BY ts OFFSET 0
) r""").format(in_buildings=in_buildings("b", "building_id"))

COVERAGE_COLUMNS = (
    Column("building"),
    Column("building_name"),
    Column("area"),
    Column("area_name"),
    Column("class"),
    Column("must_connect", Kind.FLAG),
    Column("high_risk", Kind.FLAG),
    Column("state"),
    Column("devices", Kind.INTEGER),
    Column("devices_heard", Kind.INTEGER),
    Column("devices_silent", Kind.INTEGER),
    Column("device_days", Kind.INTEGER),
    Column("received", Kind.NUMBER),
    Column("expected", Kind.NUMBER),
    Column("silent_seconds", Kind.NUMBER),
    Column("last_received_at", Kind.TIME),
)

FALSE_ALARM_COLUMNS = (
    Column("day", Kind.DAY),
    Column("building"),
    Column("building_name"),
    Column("device"),
    Column("device_name"),
    Column("rule"),
    Column("false_alarms", Kind.INTEGER),
    Column("of_building", Kind.INTEGER),
    Column("too_many", Kind.FLAG),
)
SELECT_FALSE_ALARMS = sql.SQL("""
SELECT f.day, b.code, b.name, d.code, d.name, f.rule, f.false_alarms,
       (sum(f.false_alarms) OVER of_building)::bigint, sum(f.false_alarms) OVER of_building > %(most)s
FROM false_alarm_days f JOIN buildings b USING (building_id) LEFT JOIN devices d USING (device_id)
WHERE f.day BETWEEN %(first)s AND %(last)s AND {in_buildings}
WINDOW of_building AS (PARTITION BY f.day, f.building_id)
ORDER BY f.day, b.code, d.code, f.rule""").format(in_buildings=in_buildings("b", "building_id"))
