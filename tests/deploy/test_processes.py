"""Children: started anew when they end, gone when we are."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.processes import Child, ChildError, Command, bound_log, last_line
from deploy.supervisor import Part, Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
)


def _wait_for(condition: object, seconds: float = 10.0) -> None:
    assert callable(condition)
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)


def test_part_that_dies_is_started_again_and_the_person_is_told(folder: Path) -> None:
    said: list[str] = []
    part = Part("worker", lambda: Child(Command("worker", SLEEP, folder / "worker.log")), 1.0)
    supervisor = Supervisor([part], said.append)
    assert supervisor.watch()
    assert part.child is not None
    first = part.child.pid
    part.child.kill()

    _wait_for(supervisor.watch)

    assert part.child is not None
    assert part.child.pid != first
    assert part.restarts == 1
    assert "worker was ended by signal 9; started again in 0.5 s" in said[0]
    supervisor.stop(time.monotonic() + 5)


def test_pause_grows_for_a_part_that_cannot_start() -> None:
    def refuse() -> Child:
        raise ChildError("no")

    said: list[str] = []
    part = Part("worker", refuse, 1.0)
    supervisor = Supervisor([part], said.append)
    for _ in range(9):
        part.start_at = 0.0
        supervisor.watch()
    assert part.pause_seconds == 30.0
    assert "started again in 0.5 s" in said[0]
    assert "started again in 30 s" in said[-1]


def test_child_that_does_not_listen_is_ended_by_force(folder: Path) -> None:
    child = Child(Command("deaf", STUBBORN, folder / "deaf.log"))
    _wait_for(lambda: last_line(folder / "deaf.log") == "deaf")
    began = time.monotonic()
    child.stop(0.2)
    assert child.exit_status() == -signal.SIGKILL
    assert time.monotonic() - began < 3


def test_parts_are_stopped_in_the_reverse_order_of_starting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(Child, "stop", lambda child, _grace: stopped.append(child.command.name))
    parts = [
        Part(name, lambda: pytest.fail("not to be started"), 1.0, Child(Command(name, SLEEP, folder / "log")))
        for name in ("broker", "worker", "city")
    ]
    Supervisor(parts, print).stop(time.monotonic() + 5)
    assert stopped == ["city", "worker", "broker"]
    for part in parts:
        assert part.child is not None
        part.child.kill()


def test_child_dies_with_a_parent_that_is_killed_outright(folder: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from deploy.processes import Child, Command\n"
        "child = Child(Command('deaf', tuple(sys.argv[2:]), Path(sys.argv[1])))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    argv = [sys.executable, "-c", program, str(folder / "log"), *STUBBORN]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        _wait_for(lambda: last_line(folder / "log") == "deaf")
        parent.kill()
    _wait_for(lambda: not Path(f"/proc/{pid}").exists())


def test_log_is_kept_small_while_its_writer_goes_on(folder: Path) -> None:
    log = folder / "big.log"
    with log.open("ab") as writer:
        writer.write(b"x" * (17 * 2**20))
        writer.flush()
        bound_log(log)
        assert log.stat().st_size == 0
        writer.write(b"after\n")
    assert log.read_bytes() == b"after\n"
    assert (folder / "big.log.1").stat().st_size == 17 * 2**20
