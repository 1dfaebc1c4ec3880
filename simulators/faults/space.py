"""What a run has for itself: a migrated database, a topic space, a folder, and perhaps a small disk."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from schemas.migrations import apply_migrations
from schemas.settings import Settings
from simulators.faults.disks import SmallDisk
from simulators.faults.scene import Fault, Servers

# A fresh database has some twenty; a run adds a few.
DATABASE_DISK_MEBIBYTES = 64
# SQLite's log needs a third of a megabyte to begin with.
SPOOL_DISK_MEBIBYTES = 2
CREATE_TABLESPACE = sql.SQL("CREATE TABLESPACE {name} LOCATION {folder}")
CREATE_DATABASE = sql.SQL("CREATE DATABASE {name} TABLESPACE {tablespace}")
DROP_DATABASE = sql.SQL("DROP DATABASE {name} WITH (FORCE)")
DROP_TABLESPACE = sql.SQL("DROP TABLESPACE {name}")


@dataclass(frozen=True)
class Space:
    """Settings that lead to the run's own, and its small disk."""

    settings: Settings
    disk: SmallDisk | None


@contextmanager
def open_space(fault: Fault, servers: Servers, settings: Settings) -> Iterator[Space]:
    """Make all of it, and take it away at the end."""
    name = f"fengsui_faults_{secrets.token_hex(4)}"
    folder = settings.data_dir / name
    folder.mkdir(parents=True)
    assert settings.database_url
    url = settings.database_url.rsplit("/", 1)[0] + "/" + name
    with ExitStack() as cleanup:
        disk = _mount_disk(fault, servers, settings, name)
        if disk is not None:
            cleanup.callback(disk.close)
        on_disk = disk is not None and fault.disk == "database"
        if on_disk and disk is not None:
            cleanup.enter_context(_tablespace(settings, name, disk))
        cleanup.enter_context(_database(settings, name, name if on_disk else "pg_default"))
        apply_migrations(url)
        own = {"database_url": url, "topic_root": f"{name}/v1", "data_dir": folder}
        yield Space(settings.model_copy(update=own), disk)


def _mount_disk(fault: Fault, servers: Servers, settings: Settings, name: str) -> SmallDisk | None:
    if fault.disk == "database":
        assert servers.database.child is not None
        status = os.stat(f"/proc/{servers.database.child.pid}")
        # Beside the run's folder, which the server's account need not be able to enter.
        folder = settings.data_dir.parent / f"{name}.disk"
        return SmallDisk(folder, DATABASE_DISK_MEBIBYTES, (status.st_uid, status.st_gid))
    if fault.disk == "spool":
        folder = settings.data_dir / name / "spool"
        return SmallDisk(folder, SPOOL_DISK_MEBIBYTES, (os.geteuid(), os.getegid()))
    return None


@contextmanager
def _tablespace(settings: Settings, name: str, disk: SmallDisk) -> Iterator[None]:
    _execute(
        settings,
        CREATE_TABLESPACE.format(name=sql.Identifier(name), folder=sql.Literal(str(disk.folder))),
    )
    try:
        yield
    finally:
        disk.make_room()
        _execute(settings, DROP_TABLESPACE.format(name=sql.Identifier(name)))


@contextmanager
def _database(settings: Settings, name: str, tablespace: str) -> Iterator[None]:
    identifier = sql.Identifier(name)
    _execute(settings, CREATE_DATABASE.format(name=identifier, tablespace=sql.Identifier(tablespace)))
    try:
        yield
    finally:
        _execute(settings, DROP_DATABASE.format(name=identifier))


def _execute(settings: Settings, statement: sql.Composed) -> None:
    with psycopg.connect(settings.database_url or "", autocommit=True) as admin:
        admin.execute(statement)
