"""``fengsui up`` as a process: what it leaves behind when it ends, however it ends.

Whatever this project's own parts do is not the matter here, so stand-ins take their places: the database,
the broker and the supervision are the real ones.
"""

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

# Runs `up` with parts of a few lines: an API that is ready, a worker and a city that only wait.
PROGRAM = """
import sys
from pathlib import Path
from deploy import up
from deploy.exits import DeployError
from deploy.processes import Child, Command
from schemas.settings import load_settings

API = '''
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
HTTPServer(("127.0.0.1", int(os.environ["FENGSUI_HTTP_PORT"])), Ready).serve_forever()
'''
WAIT = "import time; time.sleep(600)"

def start(stack, name, *arguments):
    log = stack._settings.data_dir / "log" / f"{name}.log"
    code = API if name == "api" else WAIT
    return Child(Command(name, (sys.executable, "-c", code), log, environment=stack._environment()))

up._Stack._start_own = start
try:
    up.run_up(load_settings(), simulate=True)
except DeployError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_status)
"""


class Stack:
    """A running `up` and what it says."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.process = start(settings)
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


def start(settings: Settings) -> subprocess.Popen[str]:
    environment = {**os.environ, "FENGSUI_DATA_DIR": str(settings.data_dir)}
    environment["FENGSUI_HTTP_PORT"] = str(settings.http_port)
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
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
    assert stack.process.wait(15) == 0
    assert time.monotonic() - began < 10
    assert stack.left_behind() == []
    assert read_state(stack.settings.data_dir) is None
    assert (stack.settings.data_dir / "postgres/cluster/PG_VERSION").exists()


def test_killed_outright_it_leaves_no_process_and_starts_again_quickly(stack: Stack) -> None:
    stack.process.kill()
    stack.process.communicate()
    wait_for(lambda: stack.left_behind() == [])
    began = time.monotonic()
    again = Stack(stack.settings)
    try:
        assert time.monotonic() - began < 5
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
