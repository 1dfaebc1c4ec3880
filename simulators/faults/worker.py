"""The ingest process of a run: the real one, started again when it ends, as its supervisor would."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

_STOP_SECONDS = 15.0


class WorkerProcess:
    """One process that can be killed, stopped and frozen; always by its own process id."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        # The kernel ends it when we are killed; it must not go on by itself.
        setpriv = shutil.which("setpriv")
        prefix = (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()
        self._argv = [*prefix, *command]
        self._environment = {**os.environ, **environment}
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.unasked_ends: list[int] = []

    def start(self) -> None:
        """Start it; from the main thread, whose end would be the process' end too."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self._wait(_STOP_SECONDS)

    def terminate(self) -> float:
        """SIGTERM; returns how long it took to end [s], by force after a while."""
        began_at = time.monotonic()
        self.send(signal.SIGTERM)
        if not self._wait(_STOP_SECONDS):
            self.kill()
        return time.monotonic() - began_at

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def keep_running(self) -> None:
        """Start it again if it has ended by itself, and remember that it did."""
        status = self._process.poll() if self._process is not None else 0
        if status is not None:
            self.unasked_ends.append(status)
            self.start()

    def ends_within(self, seconds: float) -> bool:
        """Whether it has ended by itself, in a while; `keep_running` starts it again."""
        return self._wait(seconds)

    @property
    def pid(self) -> int:
        """0 before it was started."""
        return self._process.pid if self._process is not None else 0

    @property
    def peak_megabytes(self) -> float:
        """The most memory it has had."""
        if self._process is None:
            return 0.0
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0.0
        lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(lines[0].split()[1]) / 1024 if lines else 0.0

    def _wait(self, seconds: float) -> bool:
        try:
            if self._process is not None:
                self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
