"""What happens to the database."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import LiteralString

import psycopg

from simulators.faults.desk import open_api
from simulators.faults.scene import Scene, bring_back

END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'fengsui %'"""
FIND_ACTIVE = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'fengsui %%' AND state = 'active' AND query LIKE %s"""
END_ACTIVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'fengsui %%' AND state = 'active' AND query LIKE %s"""
CATCHES, CATCH_SECONDS = 4, 15.0
READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = on"
READ_WRITE = "ALTER SYSTEM RESET default_transaction_read_only"
RELOAD = "SELECT pg_reload_conf()"
LOCK = "LOCK TABLE readings IN ACCESS EXCLUSIVE MODE"


def kill_database(scene: Scene) -> None:
    _kill(scene)
    bring_back(scene.servers.database)


def restart_database(scene: Scene) -> None:
    scene.servers.database.stop(10)
    bring_back(scene.servers.database)


def keep_database_down(scene: Scene) -> None:
    """For a minute, in which fires are declared; the desk has no other source than what is not stored yet."""
    open_api(scene)
    _kill(scene)
    scene.wait(8)
    scene.declare_fires(how_many=5, apart_seconds=9)
    scene.wait(7)
    bring_back(scene.servers.database)


def fill_spool(scene: Scene) -> None:
    """With a spool of the smallest size, so that it overflows."""
    _kill(scene)
    scene.wait(30)
    bring_back(scene.servers.database)


def kill_worker_without_database(scene: Scene) -> None:
    """What was acknowledged from the spool has to outlive the process that spooled it."""
    _kill(scene)
    scene.wait(scene.between(2, 6))
    scene.worker.kill()
    scene.worker.start()
    scene.wait(scene.between(1, 4))
    bring_back(scene.servers.database)


def kill_worker_while_spool_drains(scene: Scene) -> None:
    _kill(scene)
    scene.wait(8)
    bring_back(scene.servers.database)
    time.sleep(scene.between(0.2, 2.5))
    scene.worker.kill()
    scene.worker.start()


def end_sessions_in_copy(scene: Scene) -> None:
    """Each of several times at an instant when a batch is being written."""
    _end_sessions_while(scene, "COPY%")


def end_sessions_at_commit(scene: Scene) -> None:
    """When the commit is under way, so that nobody knows whether it took effect."""
    _end_sessions_while(scene, "COMMIT%")


def kill_database_in_copy(scene: Scene) -> None:
    """The whole server, while a batch is being written."""
    if _catch(scene, FIND_ACTIVE, "COPY%"):
        _kill(scene)
        bring_back(scene.servers.database)


def kill_database_at_commit(scene: Scene) -> None:
    if _catch(scene, FIND_ACTIVE, "COMMIT%"):
        _kill(scene)
        bring_back(scene.servers.database)


def _end_sessions_while(scene: Scene, statement: str) -> None:
    for _ in range(CATCHES):
        _catch(scene, END_ACTIVE, statement)
        scene.wait(scene.between(0.1, 0.6))


def _catch(scene: Scene, query: LiteralString, statement: str) -> bool:
    """Ask until the worker is in the middle of such a statement; the question itself may do the harm."""
    give_up_at = time.monotonic() + CATCH_SECONDS
    with scene.connect() as admin:
        while time.monotonic() < give_up_at:
            if admin.execute(query, (statement,)).fetchall():
                return True
    scene.notes.append(f"the worker was never caught at {statement.rstrip('%')}")
    return False


def freeze_database(scene: Scene) -> None:
    """Every process of it stops and goes on: connections stay, nothing answers."""
    child = scene.servers.database.child
    assert child is not None
    pids = [child.pid, *_children(child.pid)]
    try:
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        scene.wait(6)
        scene.declare_fires()
        scene.wait(10)
    finally:
        for pid in pids:
            _signal(pid, signal.SIGCONT)


def end_sessions(scene: Scene) -> None:
    give_up_at = time.monotonic() + 5 * scene.scale
    with scene.connect() as admin:
        while time.monotonic() < give_up_at:
            admin.execute(END_SESSIONS)
            time.sleep(scene.between(0.05, 0.4))


def make_read_only(scene: Scene) -> None:
    with scene.connect() as admin:
        try:
            admin.execute(READ_ONLY)
            admin.execute(RELOAD)
            scene.wait(8)
        finally:
            admin.execute(READ_WRITE)
            admin.execute(RELOAD)


def take_all_connections(scene: Scene) -> None:
    """All there are, and the worker's own as soon as it is cut off."""
    give_up_at = time.monotonic() + 8 * scene.scale
    with scene.connect() as admin, ExitStack() as taken:
        while time.monotonic() < give_up_at:
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    taken.enter_context(scene.connect())
            admin.execute(END_SESSIONS)


def lock_readings(scene: Scene) -> None:
    with scene.connect() as admin, admin.transaction():
        admin.execute(LOCK)
        scene.wait(4)
        scene.declare_fires()
        scene.wait(4)


def silence_database_wire(scene: Scene) -> None:
    assert scene.wire is not None
    scene.wire.freeze()
    scene.wait(20)
    scene.wire.thaw()


def _kill(scene: Scene) -> None:
    child = scene.servers.database.child
    assert child is not None
    child.kill()


def _children(pid: int) -> Iterator[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        yield from (int(word) for word in file.read().split())


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
