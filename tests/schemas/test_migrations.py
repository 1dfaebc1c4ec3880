"""Migrations are applied once each, under a lock, and never after they were edited."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from schemas import migrations
from schemas.migrations import Migration, MigrationError, apply_migrations, list_migrations
from schemas.settings import Settings


@pytest.fixture
def empty_url(services: Settings) -> Iterator[str]:
    name = f"fengsui_empty_{secrets.token_hex(4)}"
    assert services.database_url
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield services.database_url.rsplit("/", 1)[0] + "/" + name
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_second_run_finds_nothing_to_do(empty_url: str) -> None:
    assert apply_migrations(empty_url) == [migration.name for migration in list_migrations()]
    assert apply_migrations(empty_url) == []


def test_processes_that_start_together_apply_each_migration_once(empty_url: str) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(apply_migrations(empty_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(names) for names in applied) == [0, 0, 0, len(list(list_migrations()))]


def test_an_edited_migration_is_refused(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    apply_migrations(empty_url)
    edited = [Migration(migration.name, migration.text + "-- edited") for migration in list_migrations()]
    monkeypatch.setattr(migrations, "list_migrations", lambda: edited)
    with pytest.raises(MigrationError, match="was edited"):
        apply_migrations(empty_url)


def test_a_database_of_a_newer_version_is_refused(empty_url: str) -> None:
    apply_migrations(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("INSERT INTO schema_migrations (name, sha256) VALUES ('9999_future', '')")
    with pytest.raises(MigrationError, match="newer version: it holds 9999_future"):
        apply_migrations(empty_url)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(MigrationError, match="refused"):
        apply_migrations("postgresql://nobody@127.0.0.1:1/none")
