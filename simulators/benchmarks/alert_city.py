"""A city with two years of alerts behind it, for measuring what desks ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import sql

from ingest.slow.answers import pack_answers
from ingest.slow.progress import HOURS, note_progress
from ingest.store_alerts import write_catalogue
from rules.catalogue import CATALOGUE
from rules.slow.bucket_times import HOUR_US
from schemas.settings import Settings
from simulators.benchmarks.ground import Ground, open_ground

DEVICES_A_BUILDING = 10
# The numbers of a spread without pattern: each is a hash of the alert's number.
REGISTER = """
INSERT INTO areas (code, name, level, parent_id)
SELECT 'S' || i, '街道 ' || i, 'street', 1 FROM generate_series(1, 10) i ORDER BY i;
INSERT INTO areas (code, name, level, parent_id)
SELECT 'G' || i, '网格 ' || i, 'grid', 2 + i % 10 FROM generate_series(1, 100) i ORDER BY i;
INSERT INTO buildings (code, name, area_id, building_class, building_use, height_m, floors)
SELECT 'L' || i, '楼 ' || i, 12 + i % 100, 'high_rise_1', 'residential', 80, 26
FROM generate_series(1, {buildings}) i ORDER BY i;
INSERT INTO zones (building_id, code, name, floor, zone_use)
SELECT building_id, 'Z' || floor, '走道 ' || floor, floor, 'corridor'
FROM buildings, generate_series(1, 5) floor WHERE code LIKE 'L%%' ORDER BY building_id, floor;
INSERT INTO devices (building_id, zone_id, code, name)
SELECT building_id, zone_id, building_id || '-' || zone_id || '-' || n, '探测器 ' || zone_id || '-' || n
FROM zones, generate_series(1, 2) n ORDER BY zone_id, n;
INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds)
SELECT device_id, 'smoke', 'smoke', 'dB/m', 10 FROM devices WHERE zone_id IS NOT NULL ORDER BY device_id;
UPDATE registry_version SET version = version + 1"""
# One device in a hundred has twenty times its share, as chattering ones do. The newest five thousandths are open, of
# devices of their own. Each alert has two changes: raised, then cleared or acknowledged.
FILL_ALERTS = """
WITH place AS (
    SELECT array_agg(d.device_id ORDER BY d.device_id) AS devices FROM devices d WHERE zone_id IS NOT NULL
), kind AS (
    SELECT array_agg(rule ORDER BY rule) AS rules FROM rules
), drawn AS (
    SELECT i, i > %(count)s - %(open)s AS is_open, abs(hashint8(i)) AS chance, abs(hashint8(-i)) AS other,
           now() - (%(count)s - i) * (INTERVAL '730 days' / %(count)s) AS at
    FROM generate_series(1, %(count)s) i
), laid AS (
    SELECT i, is_open, at, other,
           devices[1 + CASE WHEN is_open THEN i %% cardinality(devices)
                            WHEN chance %% 5 = 0 THEN (chance / 5) %% (1 + cardinality(devices) / 100)
                            ELSE (chance / 5) %% cardinality(devices) END] AS device_id,
           rules[1 + (other %% 1000 * (other / 1000 %% 1000) / 1000) %% cardinality(rules)] AS rule
    FROM drawn, place, kind
)
INSERT INTO alerts (rule, subject_kind, subject_id, building_id, zone_id, device_id, sensor_id, signal_class, severity,
    severity_peak, latching, value, limit_value, unit, condition, raised_at, recorded_at, cleared_at, acknowledged_at,
    acknowledged_by, assigned_to, assigned_at, assigned_by, verdict, verdict_at, verdict_by, closed_at, change_id,
    changed_at, incident_id)
SELECT laid.rule, 'sensor', sensor_id, d.building_id, d.zone_id, d.device_id, sensor_id, signal_class, severity,
    severity, latching, 0.42, 0.3, 'dB/m', CASE WHEN is_open THEN 'active' ELSE 'cleared' END, at, at,
    CASE WHEN NOT is_open THEN at + INTERVAL '9 minutes' END, at + INTERVAL '1 minute', '警官 ' || other %% 40,
    CASE WHEN other %% 4 = 0 THEN '警官 ' || other %% 37 END, CASE WHEN other %% 4 = 0 THEN at END,
    CASE WHEN other %% 4 = 0 THEN '警官 1' END,
    CASE WHEN NOT is_open AND latching THEN 'false_alarm' END, CASE WHEN NOT is_open AND latching THEN at END,
    CASE WHEN NOT is_open AND latching THEN '警官 ' || other %% 40 END,
    CASE WHEN NOT is_open THEN at + INTERVAL '10 minutes' END, 2 * i, at, i
FROM laid JOIN rules USING (rule) JOIN devices d USING (device_id) JOIN sensors s USING (device_id)
ORDER BY i"""
FILL_EVENTS = """
INSERT INTO alert_events (change_id, alert_id, action, at, recorded_at, actor, condition, severity, value)
SELECT change_id - 1, alert_id, 'raised', raised_at, raised_at, 'rules', 'active', severity, value FROM alerts
UNION ALL
SELECT change_id, alert_id, CASE WHEN closed_at IS NULL THEN 'acknowledged' ELSE 'cleared' END,
    COALESCE(cleared_at, acknowledged_at), COALESCE(cleared_at, acknowledged_at),
    CASE WHEN closed_at IS NULL THEN acknowledged_by ELSE 'rules' END, condition, severity, value FROM alerts
ORDER BY 1"""
FILL_HOURS = """
INSERT INTO reading_hours (starts_at, sensor_id, received, good, least, mean, most)
SELECT date_trunc('hour', now()) - n * INTERVAL '1 hour', sensor_id, 360, 360, 0.01, 0.02, 0.03
FROM generate_series(1, %(hours)s) n, sensors ORDER BY 1, 2"""
FILL_WEEK = """
INSERT INTO device_state (device_id, last_received_at) SELECT device_id, now() FROM devices WHERE device_id % 50 > 0;
INSERT INTO building_days (starts_at, building_id, devices, received, expected, silent_seconds)
SELECT (date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') - n * INTERVAL '1 day') AT TIME ZONE 'Asia/Shanghai',
       building_id, 10, 86400 - building_id % 12000, 86400, building_id % 97 * 1000
FROM generate_series(1, 7) n, buildings"""
SELECT_NEWEST = (
    "UPDATE change_counter SET last_id = (SELECT max(change_id) FROM alert_events) RETURNING last_id"
)


@dataclass(frozen=True)
class AlertCity:
    """So many buildings of ten devices, and so many alerts in two years, each with two changes."""

    alerts: int = 1_000_000
    buildings: int = 2_000
    # Ten readings a minute of each sensor: fourteen hours of 20,000 are a hundred million.
    hours: int = 14

    @property
    def open_alerts(self) -> int:
        return min(self.alerts // 200, self.buildings * DEVICES_A_BUILDING)


@contextmanager
def open_alert_city(settings: Settings, city: AlertCity) -> Iterator[Ground]:
    """A throw-away database with all that in it."""
    with open_ground(settings) as ground:
        fill_alerts(ground, city)
        yield ground


def fill_alerts(ground: Ground, city: AlertCity) -> None:
    """Put the alerts into the tables, as the worker and the desk would have left them."""
    counts = {"count": city.alerts, "open": city.open_alerts}
    with ground.connect() as connection, connection.cursor() as cursor:
        write_catalogue(cursor, CATALOGUE)
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(sql.SQL(REGISTER.replace("%%", "%")).format(buildings=city.buildings))
        # The triggers would look up each alert's incident and number each change by itself, for an hour.
        cursor.execute("ALTER TABLE alerts DISABLE TRIGGER alerts_assign_incident")
        cursor.execute("ALTER TABLE alert_events DISABLE TRIGGER alert_events_number")
        cursor.execute(FILL_ALERTS, counts)
        cursor.execute(FILL_EVENTS)
        cursor.execute("ALTER TABLE alerts ENABLE TRIGGER alerts_assign_incident")
        cursor.execute("ALTER TABLE alert_events ENABLE TRIGGER alert_events_number")
        cursor.execute(SELECT_NEWEST)
        cursor.execute(FILL_HOURS, {"hours": city.hours})
        cursor.execute(FILL_WEEK)
        note_progress(connection, HOURS, HOUR_US)
        while pack_answers(connection):
            pass
        cursor.execute("VACUUM ANALYZE")
