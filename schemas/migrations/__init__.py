"""Numbered SQL migrations, applied once each, in order, under a lock, with their checksums remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

import psycopg
from psycopg import sql

# Any number will do as long as nothing else in the database locks it: "fengsui" in ASCII, shortened.
LOCK_KEY = 0x66656E67737569

CREATE_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)"""
SELECT_APPLIED = "SELECT name, sha256 FROM schema_migrations"
DROP_OWN_VIEWS = "DROP SCHEMA IF EXISTS own CASCADE"
FIND_OWN_VIEWS = "SELECT to_regclass('own.alerts') IS NOT NULL"
RENEW_OWN_VIEWS = "SELECT renew_own_views()"
INSERT_APPLIED = "INSERT INTO schema_migrations (name, sha256) VALUES (%s, %s)"


class MigrationError(Exception):
    """The database cannot be brought to this version; nothing of the failed migration was kept."""


@dataclass(frozen=True)
class Migration:
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def list_migrations() -> Iterator[Migration]:
    """The migrations that ship with this version, in order."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    for file in files:
        if file.name.endswith(".sql"):
            yield Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))


def apply_migrations(database_url: str) -> list[str]:
    """Bring the database to this version and return the names applied now; safe to run any number of times.

    Several processes may call it at once: one applies, the others wait and find nothing to do.

    Raises
    ------
    MigrationError
        The server cannot be reached, TimescaleDB is not installed there, a migration that was applied has
        since been edited, or the database was made by a newer version.
    """
    try:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
            return _apply_pending(connection)
    except psycopg.errors.FeatureNotSupported as error:
        raise MigrationError(f"TimescaleDB is not installed on this server: {error}") from error
    except psycopg.Error as error:
        raise MigrationError(f"the database refused the migration: {error}") from error


def _apply_pending(connection: psycopg.Connection) -> list[str]:
    connection.execute(CREATE_LEDGER)
    applied: dict[str, str] = dict(connection.execute(SELECT_APPLIED).fetchall())
    known = list(list_migrations())
    if strangers := sorted(applied.keys() - {migration.name for migration in known}):
        raise MigrationError(f"the database was made by a newer version: it holds {', '.join(strangers)}")
    pending = [migration for migration in known if migration.name not in applied]
    for migration in known:
        if applied.get(migration.name, migration.sha256) != migration.sha256:
            raise MigrationError(
                f"{migration.name} was edited after it had been applied; add a new one instead"
            )
    if pending:
        # They hold fast what a migration may want to change; nobody who needs them is served without them.
        connection.execute(DROP_OWN_VIEWS)
    for migration in pending:
        with connection.transaction():
            connection.execute(sql.SQL(migration.text))
            connection.execute(INSERT_APPLIED, (migration.name, migration.sha256))
    if pending or not _has_own_views(connection):
        connection.execute(RENEW_OWN_VIEWS)
    return [migration.name for migration in pending]


def _has_own_views(connection: psycopg.Connection) -> bool:
    """Whether a migration that was cut off has left none."""
    return connection.execute(FIND_OWN_VIEWS).fetchone() == (True,)
