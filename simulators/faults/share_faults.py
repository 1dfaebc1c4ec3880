"""What happens where several processes work: one dies and stays dead, one joins, buildings move."""

from __future__ import annotations

import time
from collections.abc import Callable

from ingest.shares import move_buildings
from simulators.faults.scene import Scene
from simulators.faults.town import BUILDING
from simulators.faults.worker import WorkerProcess

PICK_UP_SECONDS = 10.0
_PATIENCE_SECONDS = 30.0
WORKED_BY = """
SELECT pid FROM workers
WHERE worker = %s AND broker_connected AND heartbeat_at > clock_timestamp() - INTERVAL '2 seconds'"""
SERVED_BY = """
SELECT served_by FROM building_shares JOIN buildings USING (building_id) WHERE code = %s"""


def leave_share_to_the_living(scene: Scene) -> None:
    """The process that has the building's share dies and stays dead; another must have it within ten seconds."""
    second = _start_second(scene)
    _move(scene, "ingest-2")
    workers = {worker.pid: worker for worker in (scene.worker, second)}
    holder = workers[_wait_for_worker(scene, "ingest-2", set(workers))]
    heir = second if holder is scene.worker else scene.worker
    holder.kill()
    began_at = time.monotonic()
    _wait_for_worker(scene, "ingest-2", {heir.pid})
    if (seconds := time.monotonic() - began_at) > PICK_UP_SECONDS:
        scene.notes.append(f"the dead process' share was picked up after {seconds:.1f} s")
    scene.verdict.picked_up_seconds.append(seconds)
    scene.wait(3)
    if holder is scene.worker:
        holder.start()


def join_and_leave(scene: Scene) -> None:
    """A process joins, gets its part, and leaves in order."""
    _move(scene, "ingest-2")
    second = _start_second(scene)
    _wait_for_worker(scene, "ingest-1", {scene.worker.pid})
    _wait_for_worker(scene, "ingest-2", {second.pid})
    scene.wait(scene.between(0, 2))
    second.terminate()
    _wait_for_worker(scene, "ingest-2", {scene.worker.pid})


def move_building(scene: Scene) -> None:
    """To and fro between three shares of two processes, one of which is killed on the way."""
    _start_second(scene)
    for share in ("ingest-2", "ingest-3", "ingest-1"):
        _move(scene, share, meanwhile=lambda: scene.wait(scene.between(0, 2)))
    with scene.connect() as connection:
        move_buildings(connection, [BUILDING], "ingest-2")
    scene.wait(scene.between(0, 2))
    scene.worker.kill()
    scene.worker.start()
    _move(scene, "ingest-2")


def _start_second(scene: Scene) -> WorkerProcess:
    second = scene.hire("second")
    second.start()
    return second


def _move(scene: Scene, share: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    with scene.connect() as connection:
        move_buildings(connection, [BUILDING], share)
        meanwhile()
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while connection.execute(SERVED_BY, (BUILDING,)).fetchall() != [(share,)]:
            if time.monotonic() > give_up_at:
                scene.notes.append(f"the building did not get to {share} within {_PATIENCE_SECONDS:.0f} s")
                return
            time.sleep(0.05)


def _wait_for_worker(scene: Scene, share: str, pids: set[int]) -> int:
    """Wait until one of these processes works a share."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    with scene.connect() as connection:
        while time.monotonic() < give_up_at:
            row = connection.execute(WORKED_BY, (share,)).fetchone()
            if row is not None and row[0] in pids:
                return int(row[0])
            time.sleep(0.05)
    scene.notes.append(f"nobody worked {share} within {_PATIENCE_SECONDS:.0f} s")
    return next(iter(pids))
