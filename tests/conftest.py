"""The real TimescaleDB and the real Mosquitto, once a session; a database and a topic space of its own."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from deploy.stack import Services, embedded_services, open_services
from schemas.migrations import apply_migrations
from schemas.settings import Settings, load_settings

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

# Truncated between tests; the rest are counters that have to keep their one row.
CLEAN = """
TRUNCATE areas, buildings, zones, devices, sensors, readings, reading_conflicts, events, device_state,
         rules, alerts, alert_events, act_keys, ingest_totals, ingest_lanes, quarantine, workers,
         building_shares, reading_hours, reading_days, late_readings, slow_progress,
         device_days, building_days, answer_days, hazards, hazard_events, building_risk, area_risk,
         building_contacts, webhooks, accounts, account_buildings, api_keys, sessions RESTART IDENTITY CASCADE;
DELETE FROM shares WHERE NOT is_default;
UPDATE shares SET hears_unregistered = true;
UPDATE change_counter SET last_id = 0;
UPDATE answer_progress SET change_id = 0;
UPDATE registry_version SET version = version + 1;
"""


@pytest.fixture(scope="session")
def services() -> Iterator[Settings]:
    """Settings that name a running database server and broker, for this session only."""
    with tempfile.TemporaryDirectory(prefix="fengsui-test-", ignore_cleanup_errors=True) as folder:
        # The database runs as an unprivileged account, which has to reach its folder.
        os.chmod(folder, 0o755)
        settings = load_settings(data_dir=Path(folder) / "data")
        with embedded_services(settings) as running:
            yield running


@pytest.fixture
def mortal() -> Iterator[Services]:
    """A migrated database and a broker of this test's own, which it may kill."""
    with tempfile.TemporaryDirectory(prefix="fengsui-mortal-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        settings = load_settings(data_dir=Path(folder) / "data").model_copy(
            update={"database_url": None, "mqtt_url": None}
        )
        with open_services(settings, keep_ports=False) as services:
            assert services.settings.database_url
            apply_migrations(services.settings.database_url)
            yield services


@pytest.fixture(scope="session")
def migrated(services: Settings) -> Iterator[Settings]:
    """The same with a migrated database and a topic space of this session's own."""
    name = f"fengsui_test_{secrets.token_hex(4)}"
    assert services.database_url
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = services.database_url.rsplit("/", 1)[0] + "/" + name
    apply_migrations(url)
    yield services.model_copy(update={"database_url": url, "topic_root": f"{name}/v1"})
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def settings(migrated: Settings) -> Settings:
    """The migrated database, emptied, and a topic space that no other test has used."""
    assert migrated.database_url
    with psycopg.connect(migrated.database_url, autocommit=True) as connection:
        clean(connection)
    space = secrets.token_hex(4)
    return migrated.model_copy(
        update={"topic_root": f"{migrated.topic_root}/{space}", "data_dir": migrated.data_dir / space}
    )


def clean(connection: psycopg.Connection) -> None:
    """Empty all tables.

    An API that serves the session's tests reads tables in another order, so one of the two may have to try again.
    """
    for _ in range(20):
        with suppress(psycopg.errors.DeadlockDetected):
            connection.execute(CLEAN)
            return
    raise AssertionError("the tables are never free")


@pytest.fixture
def database(settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection to the emptied database."""
    assert settings.database_url
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        yield connection
