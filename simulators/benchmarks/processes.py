"""Parts of the service as processes of their own, which are waited for and looked at from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from schemas.settings import Settings
from simulators.benchmarks.children import BenchmarkError

PATIENCE_SECONDS = 600.0
# What looks at the tables takes its time from the same two cores; nothing is measured by when it looks.
POLL_SECONDS = 0.2
STOP_SECONDS = 20.0


@contextmanager
def running_part(settings: Settings, part: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``fengsui ingest`` or ``fengsui api`` on these settings for the length of a block."""
    argv = [sys.executable, "-m", "deploy.cli", part]
    with log_of(settings, part).open("ab") as output, _running(settings, argv, output.fileno()) as process:
        yield process


@contextmanager
def running_worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of one share, which begins when it is released."""
    argv = [sys.executable, "-m", "simulators.benchmarks.lone_worker"]
    with (
        log_of(settings, "ingest").open("ab") as output,
        _running(settings, argv, output.fileno(), waiting=True) as process,
    ):
        yield process


def release(workers: Sequence[subprocess.Popen[bytes]]) -> None:
    """Let all of them begin, once every one has loaded what it needs."""
    for worker in workers:
        assert worker.stdout is not None
        if not worker.stdout.readline():
            raise BenchmarkError("a worker ended before it had begun")
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
        worker.stdin.flush()


def log_of(settings: Settings, part: str) -> Path:
    """Where a part writes; its folder is made."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.data_dir / f"{part}.log"


def wait_for(
    processes: Sequence[subprocess.Popen[bytes]], log: Path, condition: Callable[[], bool], what: str
) -> None:
    """Wait until something is so.

    Raises
    ------
    BenchmarkError
        One of the processes has ended, or it takes too long.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        ended = any(process.poll() is not None for process in processes)
        if ended or time.monotonic() > deadline:
            words = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise BenchmarkError(f"{what} did not happen; the last in {log.name}: {' '.join(words)}")
        time.sleep(POLL_SECONDS)


def read_memory_bytes(pid: int, *, peak: bool) -> int:
    """Resident memory now or the kernel's high-water mark of it; 0 where it is not told."""
    name = "VmHWM:" if peak else "VmRSS:"
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)


def read_cpu_seconds(pid: int, name: str) -> float:
    """Processor time that a process of this machine has taken so far; 0 where the one of that number is another."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # The name is in brackets and may hold anything; behind it come numbers, user and system time the 12th and 13th.
    command, _, rest = found.partition("(")[2].rpartition(")")
    if not command.startswith(name):
        return 0.0
    return sum(map(int, rest.split()[11:13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _running(
    settings: Settings, argv: Sequence[str], output: int, *, waiting: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        argv,
        env=os.environ | _name_settings(settings),
        stdin=subprocess.PIPE if waiting else subprocess.DEVNULL,
        stdout=subprocess.PIPE if waiting else output,
        stderr=output,
    )
    with ending(process):
        yield process


@contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """See that a process has ended after a block, by force if need be."""
    with process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _name_settings(settings: Settings) -> dict[str, str]:
    return {
        "FENGSUI_DATABASE_URL": settings.database_url or "",
        "FENGSUI_MQTT_URL": settings.mqtt_url or "",
        "FENGSUI_TOPIC_ROOT": settings.topic_root,
        "FENGSUI_SHARE": settings.share,
        "FENGSUI_DATA_DIR": str(settings.data_dir),
        "FENGSUI_HTTP_PORT": str(settings.http_port),
    }
