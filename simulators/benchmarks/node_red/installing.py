"""Node-RED from the npm registry, by the versions of the lock file, into the folder of downloaded packages."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

from simulators.benchmarks.children import BenchmarkError

FILES = ("package.json", "package-lock.json", "settings.js", "flow.json")
# Node-RED 4 asks for this Node.js; npm's lock files without addresses are read from this npm on.
NEEDED = {"node": 18, "npm": 9}
INSTALL = ("npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
INSTALL_SECONDS = 600


def install_node_red(cache_dir: Path) -> Path:
    """Return the folder in which Node-RED is, installed at the first call.

    Raises
    ------
    BenchmarkError
        npm or node is missing or too old, or npm could not install; the message quotes it.
    """
    _require_programs()
    contents = {name: (files(__package__) / name).read_bytes() for name in FILES}
    digest = hashlib.sha256(b"".join(contents.values())).hexdigest()[:12]
    folder = cache_dir / f"node-red-{digest}"
    if folder.exists():
        return folder
    cache_dir.mkdir(parents=True, exist_ok=True)
    # Elsewhere first, so that an installation that was interrupted is never taken for a whole one.
    with tempfile.TemporaryDirectory(prefix="node-red-", dir=cache_dir) as scratch:
        for name, content in contents.items():
            (Path(scratch) / name).write_bytes(content)
        _run_npm(Path(scratch))
        shutil.copytree(scratch, folder.with_suffix(".part"), symlinks=True, dirs_exist_ok=True)
    folder.with_suffix(".part").rename(folder)
    return folder


def _run_npm(folder: Path) -> None:
    try:
        done = subprocess.run(
            INSTALL, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"npm did not install Node-RED within {INSTALL_SECONDS} s") from error
    if done.returncode:
        raise BenchmarkError(f"npm could not install Node-RED: {done.stderr.strip()[-500:]}")


def _require_programs() -> None:
    for program, needed in NEEDED.items():
        if shutil.which(program) is None:
            raise BenchmarkError(
                f"--node-red needs {program} {needed} or newer, and there is none on this machine"
            )
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"v?(\d+)", answer)
        if version is None or int(version[1]) < needed:
            raise BenchmarkError(
                f"--node-red needs {program} {needed} or newer; this one says {answer.strip()!r}"
            )
