"""Disks that are full, and a spool whose end was torn off."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

from simulators.faults.scene import Scene, bring_back
from simulators.faults.town import CHANNELS

FULL = "No space left on device"
TORN_BYTES = 20_000
TELL_SECONDS = 15.0
# A count of what was lost, in whatever words.
DROPPED = r"spool.*(torn|dropped|lost|missing).*\d|\d.*(torn|dropped|lost|missing).*spool"
# Once in each message, and nowhere else in what is spooled with it.
MESSAGE_MARK = b'"values"'


def fill_database_disk(scene: Scene) -> None:
    """The tables' disk, which the next page that is needed finds full."""
    assert scene.disk is not None
    scene.disk.fill()
    scene.wait(10)
    if FULL not in scene.log_text():
        scene.notes.append("the worker never met the full disk")
    scene.disk.make_room()


def fill_spool_disk(scene: Scene) -> None:
    """While the database is down; nothing may be acknowledged that has no room."""
    assert scene.disk is not None
    scene.disk.fill()
    child = scene.servers.database.child
    assert child is not None
    child.kill()
    scene.wait(10)
    bring_back(scene.servers.database)
    # The disk stays full for a while: what was spooled has to come out all the same.
    scene.wait(5)
    scene.disk.make_room()


def tear_spool(scene: Scene) -> None:
    """The last bytes are cut while the worker is dead; what was acknowledged from there is gone, and told."""
    scene.forfeited = _tear(scene)
    # It opens its spool once the database has given it the share's lease.
    give_up_at = time.monotonic() + TELL_SECONDS
    while not re.search(DROPPED, scene.log_text()) and time.monotonic() < give_up_at:
        time.sleep(0.2)
    if not re.search(DROPPED, scene.log_text()):
        scene.notes.append("the worker does not say how much the torn spool has cost")


def tear_spool_before_gateway(scene: Scene) -> None:
    """The same; the gateway has kept everything, because nothing of it had its receipt."""
    _tear(scene)


def _tear(scene: Scene) -> int:
    """Returns how many readings were destroyed."""
    child = scene.servers.database.child
    assert child is not None
    child.kill()
    scene.wait(scene.between(3, 6))
    scene.worker.kill()
    held = _count_spooled(scene.settings.spool_path)
    _cut(scene.settings.spool_path)
    left = _count_spooled(scene.settings.spool_path)
    if held == left:
        scene.notes.append("the cut destroyed nothing")
    scene.worker.start()
    scene.wait(2)
    bring_back(scene.servers.database)
    return (held - left) * len(CHANNELS)


def _count_spooled(spool: Path) -> int:
    """Messages that can be read from a spool, looked for in a copy."""
    with tempfile.TemporaryDirectory(prefix="fengsui-spool-") as folder:
        for file in spool.parent.glob(f"{spool.name}*"):
            # The index of the log is made anew from the log.
            if not file.name.endswith("-shm"):
                shutil.copy(file, folder)
        copy = sqlite3.connect(Path(folder) / spool.name)
        try:
            contents = copy.execute("SELECT content FROM batches").fetchall()
        finally:
            copy.close()
    return sum(bytes(content).count(MESSAGE_MARK) for (content,) in contents)


def _cut(spool: Path) -> None:
    """From the file that was written last, which is the log unless it has just been emptied."""
    last = max(spool.parent.glob(f"{spool.name}*"), key=_written_at)
    with last.open("r+b") as file:
        file.truncate(max(0, last.stat().st_size - TORN_BYTES))


def _written_at(file: Path) -> tuple[bool, int]:
    return (not file.name.endswith("-shm") and file.stat().st_size > 0, file.stat().st_mtime_ns)
