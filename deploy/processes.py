"""Children that cannot outlive us: each is started to be signalled by the kernel when its parent dies."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.accounts import Account
from deploy.exits import DeployError, PrerequisiteError

_LOG_MAX_BYTES = 16 * 2**20
_FORCE_SECONDS = 0.5


class ChildError(DeployError):
    """A process we need did not start; the message quotes the last line of its log."""


@dataclass(frozen=True)
class Command:
    """How to start and how to end one process.

    Attributes
    ----------
    stop_signal, force_signal
        What asks it to end, and what follows when it has not ended in time.
    death_signal
        What the kernel sends when the thread that started the process ends, by whatever means.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    account: Account | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    force_signal: signal.Signals = signal.SIGKILL
    death_signal: signal.Signals = signal.SIGKILL


class Child:
    """A running process and how long it has run."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.started_at = time.time()
        self._process = _spawn(command)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """Return the status it ended with (negative: the signal), or None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Wait for it to end by itself and return its status."""
        return self._process.wait()

    def stop(self, grace_seconds: float) -> None:
        """Ask it to end, wait, and end it by force when the time is over."""
        if self._process.poll() is None:
            self._process.send_signal(self.command.stop_signal)
        if not self._ends_within(grace_seconds):
            self._process.send_signal(self.command.force_signal)
            if not self._ends_within(_FORCE_SECONDS):
                self.kill()

    def _ends_within(self, seconds: float) -> bool:
        try:
            self._process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it at once, with whatever it started in its process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self) -> str:
        """Return the last line it wrote to its log."""
        return last_line(self.command.log)


def _spawn(command: Command) -> subprocess.Popen[bytes]:
    bound_log(command.log)
    with command.log.open("ab") as log:
        return subprocess.Popen(
            [*_setpriv(command), *command.argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **command.environment},
            cwd=command.directory,
            # A session of its own: Ctrl-C in the terminal reaches us alone, and we end the children in order.
            start_new_session=True,
        )


def _setpriv(command: Command) -> list[str]:
    program = shutil.which("setpriv")
    if program is None:
        raise PrerequisiteError("the program setpriv is missing: apt install util-linux")
    options = [program, "--pdeathsig", command.death_signal.name.removeprefix("SIG")]
    if command.account is not None:
        options += [
            "--reuid",
            str(command.account.uid),
            "--regid",
            str(command.account.gid),
            "--clear-groups",
        ]
    return [*options, "--"]


def bound_log(log: Path) -> None:
    """Keep a log and its predecessor under 16 MiB each.

    Copied and emptied in place rather than renamed: the process that writes it keeps its open file and
    need not know. Lines written between the two steps are lost, which a log can bear.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_MAX_BYTES:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        os.truncate(log, 0)


def last_line(log: Path) -> str:
    """Return the last line of a log that names a fatal error, else the last that is not blank."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return (fatal or lines or ["nothing in its log"])[-1].strip()
