"""The spool keeps what it said it keeps, and says what it could not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import msgspec
import pytest

from ingest.spool import Spool, SpoolFullError
from ingest.spool_file import SpoolTakenError, list_spools
from ingest.spooled_batch import SpooledBatch
from ingest.spooled_work import unpack_work
from ingest.subscriber import Message
from rules.changes import Part, Subject
from schemas.domain import SubjectKind
from schemas.roster import Roster
from schemas.settings import Settings

ROOM = 2**24


def open_spool(path: Path, max_bytes: int = ROOM) -> Spool:
    spool = Spool(path, max_bytes)
    spool.open()
    return spool


def batch(number: int) -> SpooledBatch:
    return SpooledBatch(number, [Message("t", b"x" * 1000, number, 1, 1, 1)], [], [])


def fill(spool: Spool, numbers: range) -> None:
    for number in numbers:
        spool.append(batch(number))


def numbers_in(spool: Spool) -> list[int]:
    return [batch.number for batch in spool.list_all()]


def copy_as_after_a_crash(path: Path, copy: Path, cut_file: int = 0, cut_log: int = 0) -> Path:
    """What a machine that lost its power would find: the files as they are, perhaps without their ends."""
    for suffix, cut in (("", cut_file), ("-wal", cut_log)):
        content = path.with_name(path.name + suffix).read_bytes()
        copy.with_name(copy.name + suffix).write_bytes(content[: len(content) - cut])
    return copy


AT = {"kind": "device", "id": 7, "building_id": 1, "zone_id": None, "device_id": 7, "sensor_id": None}
WHY = {"text_zh": "烟", "text_en": "smoke", "points": 2.5}


@pytest.mark.parametrize(("subject", "part"), [(AT, WHY), (list(AT.values()), list(WHY.values()))])
def test_a_spool_of_an_older_version_is_read(tmp_path: Path, subject: object, part: object) -> None:
    """As bytes that were written before this version, not by what this version writes."""
    change = {"kind": "raise", "rule_id": "device_silent", "subject": subject, "at": 5, "late": False}
    change |= {"value": None, "limit": None, "unit": None, "note": None, "severity": 3, "parts": [part]}
    content = msgspec.msgpack.encode({"number": 1, "messages": [], "changes": [change], "receipts": []})
    spool = open_spool(tmp_path / "spool.sqlite")
    fill(spool, range(1, 2))
    spool.close()
    with sqlite3.connect(tmp_path / "spool.sqlite") as file:
        file.execute("UPDATE batches SET content = ?", (content,))
    file.close()
    again = open_spool(tmp_path / "spool.sqlite")
    (told,) = unpack_work(list(again.list_all()), Roster.empty(), Settings()).changes
    assert told.subject == Subject(SubjectKind.DEVICE, 7, 1, None, 7, None)
    assert told.parts == (Part("烟", "smoke", 2.5),)
    again.close()


def test_a_full_spool_refuses_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = open_spool(tmp_path / "spool.sqlite", 2**18)
    with pytest.raises(SpoolFullError):
        fill(spool, range(10_000))
    kept = len(spool)
    assert kept > 50
    assert "full" in spool.describe().note
    spool.close()
    again = open_spool(tmp_path / "spool.sqlite", 2**18)
    assert numbers_in(again) == list(range(kept))
    assert "% full" in again.describe().note
    again.remove_through(0)
    assert len(again) == kept - 1
    again.remove_through(kept - 1)
    assert again.describe().note == ""
    fill(again, range(kept, kept + 50))
    assert numbers_in(again) == list(range(kept, kept + 50))


def test_the_torn_end_of_a_spool_is_dropped_and_counted(tmp_path: Path) -> None:
    spool = open_spool(tmp_path / "spool.sqlite")
    fill(spool, range(20))
    whole = open_spool(copy_as_after_a_crash(spool.path, tmp_path / "whole.sqlite"))
    assert numbers_in(whole) == list(range(20))
    assert "torn" not in whole.describe().note
    torn = open_spool(copy_as_after_a_crash(spool.path, tmp_path / "torn.sqlite", cut_log=2500))
    assert numbers_in(torn) == list(range(19))
    assert "torn: 1 batches dropped" in torn.describe().note


def test_batches_behind_a_damaged_place_are_counted_as_dropped(tmp_path: Path) -> None:
    spool = open_spool(tmp_path / "spool.sqlite")
    fill(spool, range(20))
    path = copy_as_after_a_crash(spool.path, tmp_path / "damaged.sqlite")
    log = path.with_name("damaged.sqlite-wal")
    content = bytearray(log.read_bytes())
    middle = len(content) * 3 // 4
    content[middle : middle + 16] = b"!" * 16
    log.write_bytes(content)
    damaged = open_spool(path)
    kept = numbers_in(damaged)
    assert kept == list(range(len(kept)))
    assert 0 < len(kept) < 20
    assert f"torn: {20 - len(kept)} batches dropped" in damaged.describe().note


def test_a_spool_whose_file_was_cut_gives_what_can_be_read_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = open_spool(path)
    fill(spool, range(200))
    lane = spool.lane
    spool.close()
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: size // 2])
    cut = open_spool(path)
    seen = cut.read_first(ROOM)
    seen += [batch for batch in cut.read_first(ROOM) if batch.number > (seen[-1].number if seen else -1)]
    assert "set aside as spool.sqlite.unreadable-1" in cut.describe().note
    assert (tmp_path / "spool.sqlite.unreadable-1").exists()
    assert list_spools(tmp_path) == [path]
    assert cut.lane == lane
    fill(cut, range(1000, 1010))
    assert numbers_in(cut)[-10:] == list(range(1000, 1010))


def test_a_file_that_is_no_spool_is_set_aside_and_ingest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    for n in (1, 2):
        path.write_bytes(b"\0garbage" * 1000)
        spool = open_spool(path)
        fill(spool, range(3))
        assert numbers_in(spool) == [0, 1, 2]
        assert f"unreadable-{n}" in spool.describe().note
        spool.close()
        path.unlink()
    assert (tmp_path / "spool.sqlite.unreadable-1").read_bytes().startswith(b"\0garbage")


def test_a_batch_that_cannot_be_read_is_kept_apart_and_the_others_come(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = open_spool(path)
    fill(spool, range(5))
    spool.close()
    with sqlite3.connect(path) as file:
        file.execute("UPDATE batches SET content = x'c1' WHERE number IN (0, 3)")
    file.close()
    again = open_spool(path)
    assert [batch.number for batch in again.read_first(1)] == [1]
    again.remove_through(1)
    assert [batch.number for batch in again.read_first(ROOM)] == [2, 4]
    assert len(again) == 2
    assert "kept apart" in again.describe().note


def test_a_spool_file_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    spool = open_spool(tmp_path / "spool.sqlite")
    fill(spool, range(1))
    with pytest.raises(SpoolTakenError):
        open_spool(tmp_path / "spool.sqlite")
    spool.close()
    assert numbers_in(open_spool(tmp_path / "spool.sqlite")) == [0]


def test_a_lane_lasts_as_long_as_its_batches(tmp_path: Path) -> None:
    spool = open_spool(tmp_path / "spool.sqlite")
    fill(spool, range(2))
    lane = spool.lane
    spool.begin_lane()
    spool.close()
    again = open_spool(tmp_path / "spool.sqlite")
    assert again.lane == lane
    again.remove_through(1)
    again.begin_lane()
    assert again.lane != lane
    assert open_spool(tmp_path / "other.sqlite").lane not in (lane, again.lane)


FULL_DISK = """
    import resource, signal, sys
    from pathlib import Path
    from ingest.spool import Spool, SpoolFullError
    from tests.ingest.test_spool import ROOM, batch, numbers_in

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    spool = Spool(Path(sys.argv[1]), ROOM)
    spool.open()
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    kept = 0
    try:
        for number in range(1000):
            spool.append(batch(number))
            kept += 1
    except SpoolFullError:
        assert spool.describe().note
    assert 0 < kept < 1000
    assert [batch.number for batch in spool.read_first(ROOM)] == list(range(kept))
    # What the database has is passed over, though the disk has no room to say so.
    spool.remove_through(9)
    assert numbers_in(spool) == list(range(10, kept)), (kept, numbers_in(spool), spool.describe())
    assert len(spool) == kept - 10, (kept, len(spool), spool.describe())
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    spool.append(batch(kept))
    spool.remove_through(10)
    assert numbers_in(spool) == list(range(11, kept + 1))
    assert len(spool) == kept - 10
"""


def test_a_disk_that_takes_no_more_is_told_and_recovers_by_itself(tmp_path: Path) -> None:
    # A limit on the size of files is a full disk as far as SQLite can tell; in a process of its own.
    script = textwrap.dedent(FULL_DISK)
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "spool.sqlite")], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
