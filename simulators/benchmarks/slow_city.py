"""A city for slow rules to look at: its registry, an hour of readings, and what weeks before have left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.store_alerts import write_catalogue
from ingest.store_readings import COPY_READINGS, ROW
from rules.catalogue import CATALOGUE
from rules.slow.bucket_times import HOUR_US
from schemas.binary_copy import POSTGRES_EPOCH_US, encode_rows
from schemas.columns import MICROSECONDS
from simulators.benchmarks.filling import UNHURRIED
from simulators.benchmarks.ground import Ground

MIDNIGHT = 1_790_179_200_000_000
"""2026-09-24 00:00 in China: where the hour that is measured ends, and four weeks of days."""
SENSORS_OF_DEVICE = 2
DEVICES_OF_BUILDING = 25
DAYS, HOURS, CIRCUIT_HOURS = 28, 24, 42 * 24

# Of a building's 25 devices 20 see smoke and heat, 3 water, 2 electricity.
EMPTY = "TRUNCATE areas, buildings, zones, devices, sensors RESTART IDENTITY CASCADE"
REGISTER_AREAS = """
INSERT INTO areas (code, name, level)
SELECT 'A' || i, 'area ' || i, 'street' FROM generate_series(0, 19) i ORDER BY i"""
REGISTER_BUILDINGS = """
INSERT INTO buildings (code, name, area_id, building_class, building_use, height_m, floors)
SELECT 'B' || i, 'building ' || i, i %% 20 + 1, 'high_rise_1', 'residential', 80, 26
FROM generate_series(0, %(buildings)s - 1) i ORDER BY i"""
REGISTER_DEVICES = """
INSERT INTO devices (building_id, code, name)
SELECT building_id, 'D' || i, 'device ' || i FROM buildings, generate_series(1, 25) i ORDER BY building_id, i"""
REGISTER_SENSORS = """
INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds)
SELECT device_id, quantity, quantity, unit, %(interval)s
FROM (SELECT device_id, (device_id - 1) %% 25 AS place FROM devices) d
JOIN (VALUES (0, 20, 'smoke', 'dB/m'), (0, 20, 'temperature', '°C'), (20, 23, 'pressure', 'MPa'),
             (20, 23, 'flow', 'L/s'), (23, 25, 'residual_current', 'mA'), (23, 25, 'cable_temperature', '°C'))
     AS kinds (first, beyond, quantity, unit) ON place >= first AND place < beyond
ORDER BY device_id, quantity"""
# Dust, more of it in every hundredth detector, and pressures that fall slowly in some systems.
FILL_DAYS = """
INSERT INTO reading_days (starts_at, sensor_id, received, good, least, mean, most, quiet)
SELECT to_timestamp(%(midnight)s / 1e6) - day * INTERVAL '1 day', sensor_id, 8640, 8640, level - 0.01, level + 0.01,
       level + 0.2, level
FROM sensors, generate_series(1, %(days)s) day,
     LATERAL (SELECT 0.03 + (CASE WHEN sensor_id %% 100 = 1 THEN 0.0025 ELSE 0.0002 END) * (28 - day)
                     + 0.002 * sin(day * 12.9898 + sensor_id) AS level) l"""
# Of circuits six weeks of hours are looked at; of the others the last day's are summed up.
FILL_HOURS = """
INSERT INTO reading_hours (starts_at, sensor_id, received, good, least, mean, most)
SELECT to_timestamp(%(midnight)s / 1e6) - hour * INTERVAL '1 hour', sensor_id, 360, 360, level - 2, level, level + 2
FROM (SELECT *, quantity IN ('residual_current', 'cable_temperature') AS of_circuit FROM sensors) s
CROSS JOIN LATERAL generate_series(2, CASE WHEN of_circuit THEN %(circuit_hours)s ELSE %(hours)s END) hour
CROSS JOIN LATERAL (SELECT 30 + sin(hour * 12.9898 + sensor_id) + 5 * sin(hour * pi() / 12) AS level) l"""
# One device in twenty has something open, of every kind there is; a past of three months beside it.
FILL_ALERTS = """
INSERT INTO alerts (rule, subject_kind, subject_id, building_id, device_id, signal_class, severity, severity_peak,
                    latching, raised_at, condition, cleared_at, closed_at)
SELECT rule, 'device', device_id, building_id, device_id, signal_class, severity, severity, false, raised_at,
       CASE WHEN is_past THEN 'cleared' ELSE 'active' END,
       CASE WHEN is_past THEN raised_at + INTERVAL '1 hour' END,
       CASE WHEN is_past THEN raised_at + INTERVAL '1 hour' END
FROM (
    SELECT d.device_id, d.building_id, r.*, d.device_id %% 20 > 0 AS is_past,
           to_timestamp(%(midnight)s / 1e6) - (2 + d.device_id %% 89) * INTERVAL '1 day' AS raised_at
    FROM devices d
    JOIN (SELECT rule, signal_class, severity, row_number() OVER (ORDER BY rule) - 1 AS place, count(*) OVER () AS kinds
          FROM rules WHERE signal_class <> 'test') r ON d.device_id %% r.kinds = r.place
) told"""
ANALYZE = "ANALYZE"


@dataclass(frozen=True)
class SlowCity:
    """So many buildings of 50 sensors each, which report every `interval_seconds`."""

    buildings: int = 2_000
    interval_seconds: float = 10.0

    @property
    def sensors(self) -> int:
        return self.buildings * DEVICES_OF_BUILDING * SENSORS_OF_DEVICE

    @property
    def times(self) -> int:
        """How often each sensor reports in an hour."""
        return round(3600 / self.interval_seconds)

    @property
    def rows(self) -> int:
        return self.sensors * self.times


def build_city(ground: Ground, city: SlowCity) -> None:
    """Everything up to, but for what is done with, the hour before midnight."""
    asked = {
        "buildings": city.buildings,
        "interval": city.interval_seconds,
        "midnight": MIDNIGHT,
        "days": DAYS,
        "hours": HOURS,
        "circuit_hours": CIRCUIT_HOURS,
    }
    with ground.connect() as connection, connection.cursor() as cursor:
        cursor.execute(UNHURRIED)
        for statement in (EMPTY, REGISTER_AREAS, REGISTER_BUILDINGS, REGISTER_DEVICES, REGISTER_SENSORS):
            cursor.execute(statement, asked)
        write_catalogue(cursor, CATALOGUE)
        for query in (FILL_DAYS, FILL_HOURS, FILL_ALERTS):
            cursor.execute(query, asked)
        fill_hour_of_readings(connection, city, MIDNIGHT - HOUR_US)
        cursor.execute(ANALYZE)


def fill_hour_of_readings(connection: Connection[TupleRow], city: SlowCity, start: int) -> None:
    """Readings of all sensors over an hour, in the order of their arrival."""
    for block in make_blocks(city, start):
        with connection.cursor() as cursor, cursor.copy(COPY_READINGS) as copy:
            copy.write(block)


def make_blocks(city: SlowCity, start: int) -> Iterator[bytearray]:
    """A block for each time at which all report."""
    sensors = np.arange(1, city.sensors + 1, dtype=np.int32)
    rng = np.random.default_rng(1)
    values = 0.02 + 0.01 * rng.random(city.sensors)
    spread_us = sensors.astype(np.int64) * round(city.interval_seconds * MICROSECONDS) // (city.sensors + 1)
    for place in range(city.times):
        ts = start - POSTGRES_EPOCH_US + spread_us + round(place * city.interval_seconds * MICROSECONDS)
        columns: dict[str, NDArray[np.generic]] = {
            "ts": ts,
            "received_at": ts,
            "value": np.roll(values, place),
            "sensor_id": sensors,
            "quality": np.zeros(len(ts), np.int16),
        }
        yield encode_rows(ROW, columns)
