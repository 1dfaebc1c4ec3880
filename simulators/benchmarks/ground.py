"""The ground everything is measured on: a throw-away database with a small registry, and topics of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from schemas.database import connect
from schemas.domain import Quantity
from schemas.migrations import apply_migrations
from schemas.settings import Settings
from schemas.units import UNIT_OF
from simulators.benchmarks.children import BenchmarkError

BUILDINGS = 10
DEVICES = 200
"""As many as publish a backlog. Each has one channel of each quantity of `CHANNELS`, named after it."""
WORKER = "bench"
"""Share and worker of all buildings, unless they are divided."""
INTERVAL_SECONDS = 10
"""Event time between two samples of a backlog."""
# Longer than devices wait for each other's turn, so that nobody falls silent in the middle of a measurement.
REGISTERED_INTERVAL_SECONDS = 600
# What a quiet building reports; nothing of it raises an alert, as nearly nothing does in life.
QUIET = {
    Quantity.SMOKE: 0.02,
    Quantity.TEMPERATURE: 24.0,
    Quantity.PRESSURE: 0.35,
    Quantity.FLOW: 0.01,
    Quantity.LEVEL: 2.5,
    Quantity.RESIDUAL_CURRENT: 25.0,
    Quantity.CABLE_TEMPERATURE: 36.0,
    Quantity.CURRENT: 12.0,
    Quantity.VOLTAGE: 229.0,
    Quantity.CO: 3.0,
}
# Ten, so that five times of them are the fifty samples of a message whatever quantities there may yet be.
CHANNELS: tuple[Quantity, ...] = tuple(QUIET)

REGISTER_PLACES = """
INSERT INTO areas (code, name, level) VALUES ('A', 'benchmark', 'street');
INSERT INTO buildings (code, name, area_id, building_class, building_use, height_m, floors)
SELECT 'B' || i, 'building ' || i, 1, 'high_rise_1', 'residential', 80, 26 FROM generate_series(0, {last_building}) i
ORDER BY i;
INSERT INTO devices (building_id, code, name)
SELECT i % {buildings} + 1, 'D' || i, 'device ' || i FROM generate_series(0, {last_device}) i ORDER BY i"""
REGISTER_SENSORS = """
INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds)
SELECT device_id, quantity, quantity, unit, %s
FROM devices CROSS JOIN unnest(%s::text[], %s::text[]) WITH ORDINALITY AS kinds (quantity, unit, place)
ORDER BY device_id, place"""
NAME_SHARE = "UPDATE shares SET share = %s"
MOVE_REGISTRY = "UPDATE registry_version SET version = version + 1"
EMPTY = """
TRUNCATE reading_conflicts, events, device_state, alerts, alert_events, ingest_totals, quarantine, workers
RESTART IDENTITY CASCADE;
UPDATE change_counter SET last_id = 0"""
EMPTY_READINGS = "TRUNCATE readings"
SELECT_SENSORS = """
SELECT b.code, d.code, s.channel, s.sensor_id
FROM sensors s JOIN devices d USING (device_id) JOIN buildings b USING (building_id)"""


@dataclass(frozen=True)
class Ground:
    """Settings that lead to a migrated database, its registry filled, and to a topic root nobody else uses."""

    settings: Settings

    @property
    def database_url(self) -> str:
        assert self.settings.database_url
        return self.settings.database_url

    def connect(self) -> Connection[TupleRow]:
        """A connection for looking at what was stored."""
        return connect(self.database_url, "fengsui bench")

    def clear(self, *, readings: bool) -> None:
        """Empty the tables but for the registry, and let the server write out what it still holds back."""
        with self.connect() as connection:
            connection.execute(EMPTY)
            if readings:
                connection.execute(EMPTY_READINGS)
            # A checkpoint in the middle of one measurement and not of the other would be luck.
            with suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute("CHECKPOINT")


def place_of(device: int) -> tuple[str, str]:
    """Codes of a device's building and of the device, the levels of its topic."""
    return f"B{device % BUILDINGS}", f"D{device}"


def read_sensors(connection: Connection[TupleRow]) -> dict[tuple[str, str, str], int]:
    """Sensor ids by building, device and channel."""
    rows = connection.execute(SELECT_SENSORS).fetchall()
    return {(building, device, channel): sensor_id for building, device, channel, sensor_id in rows}


@contextmanager
def open_ground(settings: Settings, devices: int = DEVICES) -> Iterator[Ground]:
    """Make the throw-away database on the server that `settings` names, and drop it at the end.

    Raises
    ------
    BenchmarkError
        The account may not create a database.
    """
    assert settings.database_url
    name = f"fengsui_bench_{secrets.token_hex(4)}"
    with connect(settings.database_url, "fengsui bench") as server:
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise BenchmarkError(
                "the account of FENGSUI_DATABASE_URL must be allowed to create a database"
            ) from error
        try:
            url = urlsplit(settings.database_url)._replace(path=f"/{name}").geturl()
            ground = Ground(
                settings.model_copy(
                    update={"database_url": url, "topic_root": name, "share": WORKER}
                    | {"data_dir": settings.data_dir / name}
                )
            )
            _register(ground, devices)
            yield ground
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _register(ground: Ground, devices: int) -> None:
    apply_migrations(ground.database_url)
    places = sql.SQL(REGISTER_PLACES).format(
        buildings=BUILDINGS, last_building=BUILDINGS - 1, last_device=devices - 1
    )
    units = [UNIT_OF[quantity] for quantity in CHANNELS]
    with ground.connect() as connection:
        connection.execute(places)
        connection.execute(REGISTER_SENSORS, (REGISTERED_INTERVAL_SECONDS, list(CHANNELS), units))
        connection.execute(NAME_SHARE, (WORKER,))
        connection.execute(MOVE_REGISTRY)
