"""A small disk that can be filled: a file system in memory, which only root may mount."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from pathlib import Path

_MEBIBYTE = 2**20


class SmallDisk:
    """Mounted at `folder` until closed, for the account `owner` (user and group id)."""

    def __init__(self, folder: Path, mebibytes: int, owner: tuple[int, int]) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _mount(folder, mebibytes)
        # The mount has a root of its own, so the owner is given after it.
        os.chown(folder, *owner)
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Until not one byte more has room."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (_MEBIBYTE, 4096):
                _write_while_there_is_room(file.fileno(), bytes(size))

    def make_room(self) -> None:
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        # Lazily: whoever still has a file open there keeps it, and the mount goes all the same.
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def why_not_mountable() -> str | None:
    """Why no disk can be mounted here; None when it can."""
    if os.geteuid() != 0:
        return "only root may mount a small disk"
    with tempfile.TemporaryDirectory(prefix="fengsui-mount-") as folder:
        try:
            _mount(Path(folder), 1)
        except subprocess.CalledProcessError as error:
            return f"a small disk cannot be mounted: {error.stderr.decode().strip()}"
        subprocess.run(["umount", folder], check=True)
    return None


def _mount(folder: Path, mebibytes: int) -> None:
    options = f"size={mebibytes}m,mode=0700"
    argv = ["mount", "-t", "tmpfs", "-o", options, "fengsui-faults", str(folder)]
    subprocess.run(argv, check=True, capture_output=True)


def _write_while_there_is_room(descriptor: int, block: bytes) -> None:
    try:
        while os.write(descriptor, block) == len(block):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
