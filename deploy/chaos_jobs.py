"""Fault runs side by side: each job is a process with a database server and a broker of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from deploy.accounts import service_account
from deploy.packages import find_programs
from deploy.stack import Services, open_services
from schemas.settings import load_settings
from simulators.faults.report import Task, choose_faults
from simulators.faults.run import run_fault
from simulators.faults.scene import Servers
from simulators.faults.verdict import Verdict

_STOP_SECONDS = 30.0
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Order:
    """What all jobs have in common; `limit_seconds` is how soon a fire must be told."""

    folder: Path
    readings: int
    limit_seconds: float


class Job:
    """One process that runs the tasks it is sent, one at a time."""

    def __init__(self, number: int, order: Order) -> None:
        self.number = number
        self.task: Task | None = None
        self.connection, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, number, order), name=f"chaos-{number}")
        self._process.start()
        theirs.close()

    def give(self, task: Task) -> None:
        self.task = task
        # A job that has died is told by its pipe.
        with suppress(OSError):
            self.connection.send(task)

    def take(self) -> Verdict:
        """The verdict on its task. A job that ended in the middle of it is a verdict too."""
        assert self.task is not None
        fault, seed = self.task
        try:
            verdict: Verdict = self.connection.recv()
        except (EOFError, OSError):
            verdict = Verdict(fault, seed, strict=True, complaints=["the process of the run ended"])
        return verdict

    @property
    def lives(self) -> bool:
        return self._process.is_alive()

    def ask_to_end(self) -> None:
        self._process.terminate()

    def end(self) -> None:
        self._process.join(_STOP_SECONDS)
        self._process.kill()
        self._process.join()
        self.connection.close()


def run_jobs(tasks: list[Task], jobs: int, order: Order) -> Iterator[Verdict]:
    """The verdict on each task, as it comes. Closing the iterator ends everything that was started."""
    # Once, before several look for them at the same time: programs are fetched and an account made.
    find_programs(load_settings().cache_dir)
    service_account()
    waiting = deque(tasks)
    at_work: list[Job] = []
    try:
        for number in range(jobs):
            at_work.append(Job(number, order))
            at_work[-1].give(waiting.popleft())
        while at_work:
            ready = wait([job.connection for job in at_work])
            for job in [job for job in at_work if job.connection in ready]:
                yield job.take()
                _go_on(job, at_work, waiting, order)
    finally:
        for job in at_work:
            job.ask_to_end()
        for job in at_work:
            job.end()


def _go_on(job: Job, at_work: list[Job], waiting: deque[Task], order: Order) -> None:
    """Its next task, to another process if that one has ended; or the end of the job."""
    if not waiting or not job.lives:
        job.ask_to_end()
        job.end()
        at_work.remove(job)
        if waiting:
            job = Job(job.number, order)
            at_work.append(job)
    if waiting:
        job.give(waiting.popleft())


def _serve(tasks: Connection, number: int, order: Order) -> None:
    # Ctrl-C reaches every process of the terminal; who started us tells us when to end.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, _leave)
    _end_with_parent()
    folder = order.folder / f"job-{number}-{os.getpid()}"
    settings = load_settings(data_dir=folder, database_url=None, mqtt_url=None)
    with open_services(settings, keep_ports=False) as services:
        while True:
            try:
                task = tasks.recv()
            except EOFError:
                return
            tasks.send(_run(task, services, order))


def _run(task: Task, services: Services, order: Order) -> Verdict:
    assert services.postgres is not None
    assert services.mosquitto is not None
    name, seed = task
    [fault] = choose_faults([name])
    worker = (sys.executable, "-m", "deploy.cli", "ingest")
    servers = Servers(services.postgres, services.mosquitto, worker)
    try:
        return run_fault(
            fault,
            seed,
            servers,
            services.settings,
            readings=order.readings,
            limit_seconds=order.limit_seconds,
        )
    except Exception as error:  # noqa: BLE001 - a run that fell over is a failed run; the others go on
        complaint = f"the run fell over: {type(error).__name__}: {error}"
        return Verdict(name, seed, fault.strict, complaints=[complaint])


def _leave(*_: object) -> None:
    """Leave once, so that what closes the servers is not interrupted itself."""
    signal.signal(signal.SIGTERM, lambda *_: None)
    raise SystemExit(0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
