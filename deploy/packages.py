"""PostgreSQL with TimescaleDB and Mosquitto: the machine's own, or a private prefix of Debian's packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.apt import SUITE
from deploy.exits import PrerequisiteError
from deploy.prefix import Contents, ensure_prefix, find_loader, patch_program

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
    ensure_prefix(prefix, _CONTENTS)
    return Programs(prefix / f"usr/lib/postgresql/{_POSTGRES_MAJOR}/bin", prefix / "usr/sbin/mosquitto")


def _link_programs(scratch: Path, prefix: Path) -> None:
    """Bind the programs in `scratch` to the loader and libraries that will be found under `prefix`.

    DT_RPATH (not RUNPATH) on a program also serves the libraries of its libraries and what it loads
    later, so the libraries themselves stay as Debian built them.
    """
    loader = find_loader(scratch)
    libraries = prefix / loader.parent.relative_to(scratch)
    interpreter = prefix / loader.relative_to(scratch)
    postgres_bin = scratch / f"usr/lib/postgresql/{_POSTGRES_MAJOR}/bin"
    programs = [postgres_bin / name for name in _PROGRAMS]
    programs += [scratch / "usr/sbin/mosquitto", *scratch.glob("usr/bin/mosquitto_*")]
    for program in programs:
        patch_program(
            program, "--set-interpreter", str(interpreter), "--force-rpath", "--set-rpath", str(libraries)
        )


# What runs needs libraries; it does not need perl, systemd, debconf or the compiler behind JIT, which is
# most of what these packages depend on.
_CONTENTS = Contents(
    name="PostgreSQL 17, TimescaleDB and Mosquitto",
    megabytes=60,
    packages=_PACKAGES,
    needed=re.compile(
        r"^(postgresql-17|postgresql-client-17|mosquitto|zlib1g|lib(?!llvm|z3-|perl|.*-perl$))"
    ),
    bind=_link_programs,
)
