"""What a running stack leaves in its data folder so that other commands find it: a lock and a state file."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ValidationError

from deploy.exits import DeployError, ExitStatus

# Somebody asking whether anything runs holds the lock for an instant; that is no running stack.
_LOCK_PATIENCE_SECONDS = 0.5


class NothingRunsError(DeployError):
    """No stack runs over this data folder and no addresses are set."""

    exit_status = ExitStatus.NOTHING_RUNS


class AlreadyRunningError(DeployError):
    """Another process runs a stack over this data folder."""

    exit_status = ExitStatus.ALREADY_RUNNING


class RunningProcess(BaseModel):
    """One process of the stack."""

    pid: int
    started_at: float
    restarts: int = 0


class StackState(BaseModel):
    """Addresses, ports and processes of a running stack; times are seconds since the epoch."""

    pid: int
    started_at: float
    database_url: str
    mqtt_url: str
    topic_root: str
    api_url: str | None = None
    ready: bool = False
    processes: dict[str, RunningProcess] = {}


def _run_folder(data_dir: Path) -> Path:
    return data_dir / "run"


@contextmanager
def hold_lock(data_dir: Path) -> Iterator[None]:
    """Keep this data folder to ourselves; the kernel lets go of it however we end.

    Raises
    ------
    AlreadyRunningError
        Another process holds it; the message names it.
    DeployError
        The folder cannot be made or written.
    """
    try:
        if not data_dir.exists():
            data_dir.mkdir(parents=True)
            # The servers' account passes through; what is private below has its own permissions.
            data_dir.chmod(0o755)
        _run_folder(data_dir).mkdir(exist_ok=True)
        lock = (_run_folder(data_dir) / "lock").open("a+")
    except OSError as error:
        raise DeployError(
            f"cannot write to {data_dir} ({error.strerror}); FENGSUI_DATA_DIR gives another folder"
        ) from error
    with lock:
        if not _acquire(lock, fcntl.LOCK_EX, _LOCK_PATIENCE_SECONDS):
            lock.seek(0)
            raise AlreadyRunningError(
                f"Fengsui already runs over {data_dir} (process {lock.read().strip() or 'unknown'}); "
                "stop it first, or give this one another folder with FENGSUI_DATA_DIR"
            )
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _acquire(lock: IO[str], kind: int, patience_seconds: float) -> bool:
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                return False
            time.sleep(0.02)
        else:
            return True


def write_state(data_dir: Path, state: StackState) -> None:
    """Write the state file, whole or not at all, readable by its owner only: it holds a password."""
    file = _run_folder(data_dir) / "stack.json"
    draft = file.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(state.model_dump_json(indent=1))
    draft.replace(file)


def forget_state(data_dir: Path) -> None:
    """Remove the state file: nothing runs any more."""
    (_run_folder(data_dir) / "stack.json").unlink(missing_ok=True)


def read_state(data_dir: Path) -> StackState | None:
    """Return the state of the stack that runs over `data_dir`, or None.

    A state file without its lock was left by a stack that was killed.

    Raises
    ------
    DeployError
        Something runs there, but its owner is another user.
    """
    try:
        with (_run_folder(data_dir) / "lock").open() as lock:
            if _acquire(lock, fcntl.LOCK_SH, 0):
                return None
        return StackState.model_validate_json((_run_folder(data_dir) / "stack.json").read_text())
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise DeployError(
            f"cannot read {error.filename}: run this as the user who started Fengsui"
        ) from error
    except ValidationError as error:
        raise DeployError(
            f"{_run_folder(data_dir)}/stack.json is not readable: {error.errors()[0]['msg']}"
        ) from error


def read_ports(data_dir: Path) -> dict[str, int]:
    """Return the ports the last stack used, by name; empty when there was none."""
    try:
        ports = json.loads((_run_folder(data_dir) / "ports.json").read_text())
    except (OSError, ValueError):
        return {}
    return (
        {name: port for name, port in ports.items() if isinstance(port, int)}
        if isinstance(ports, dict)
        else {}
    )


def write_ports(data_dir: Path, ports: dict[str, int]) -> None:
    """Remember the ports in use, so that the next start keeps its addresses."""
    (_run_folder(data_dir) / "ports.json").write_text(json.dumps(ports))
