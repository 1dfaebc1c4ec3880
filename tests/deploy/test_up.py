"""``fengsui up`` as a process: what it leaves behind when it ends, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.ports import free_port
from deploy.state import StackState, read_state
from schemas.settings import Settings


class Stack:
    """A running `up` and what it says."""

    def __init__(self, settings: Settings, *options: str) -> None:
        self.settings = settings
        self.process = start(settings, *options)
        self.ready_line = self._read_ready_line()

    def _read_ready_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def state(self) -> StackState:
        """What the state file says now."""
        state = read_state(self.settings.data_dir)
        assert state is not None
        return state

    def left_behind(self) -> list[str]:
        """Command lines of processes that know our data folder."""
        return processes_of(self.settings.data_dir)


def start(settings: Settings, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "FENGSUI_DATA_DIR": str(settings.data_dir)}
    environment["FENGSUI_HTTP_PORT"] = str(settings.http_port)
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "up", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def processes_of(data_dir: Path) -> list[str]:
    """Command lines of processes whose arguments or environment name our data folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(data_dir).encode() in seen:
            found.append(f"{process.name} {seen[:200]!r}")
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def stack(made_settings: Settings) -> Iterator[Stack]:
    running = Stack(made_settings.model_copy(update={"http_port": free_port()}))
    yield running
    running.process.kill()
    running.process.communicate()


@pytest.mark.parametrize("asked_by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_leaves_no_process_and_keeps_the_data(stack: Stack, asked_by: signal.Signals) -> None:
    assert "Fengsui is ready: http://127.0.0.1:" in stack.ready_line
    assert sorted(stack.state().processes) == ["api", "broker", "database", "ingest", "simulator"]
    began = time.monotonic()
    stack.process.send_signal(asked_by)
    assert stack.process.wait(60) == 0
    assert time.monotonic() - began < 10
    assert stack.left_behind() == []
    assert read_state(stack.settings.data_dir) is None
    assert (stack.settings.data_dir / "postgres/cluster/PG_VERSION").exists()


def test_killed_outright_it_leaves_no_process_and_starts_again(stack: Stack) -> None:
    stack.process.kill()
    stack.process.communicate()
    wait_for(lambda: stack.left_behind() == [])
    again = Stack(stack.settings)
    try:
        assert "ready" in again.ready_line
    finally:
        again.process.terminate()
        again.process.communicate()


def test_processes_that_are_killed_are_started_again(stack: Stack) -> None:
    killed = {name: stack.state().processes[name].pid for name in ("database", "broker", "ingest")}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)

    def all_are_new() -> bool:
        now = stack.state().processes
        return all(name in now and now[name].pid != pid for name, pid in killed.items())

    wait_for(all_are_new)
    assert {stack.state().processes[name].restarts for name in killed} == {1}


def test_second_up_over_the_same_folder_ends_with_status_5(stack: Stack) -> None:
    second = start(stack.settings)
    _, said = second.communicate(timeout=30)
    assert second.returncode == 5
    assert f"process {stack.process.pid}" in said
    assert "FENGSUI_DATA_DIR" in said


def test_page_moves_to_a_free_port_when_the_wanted_one_is_taken(stack: Stack, folder: Path) -> None:
    other = Stack(stack.settings.model_copy(update={"data_dir": folder / "other"}))
    try:
        assert other.state().api_url != stack.state().api_url
        assert json.loads((folder / "other/run/ports.json").read_text())["http"] != stack.settings.http_port
    finally:
        other.process.terminate()
        other.process.communicate()
