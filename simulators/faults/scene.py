"""What a fault may touch: the servers, the workers, the wire, the disk, the load, and a seeded die."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import psycopg
from psycopg.rows import TupleRow

from schemas.settings import Settings
from simulators.faults.bell import RULE, Bell
from simulators.faults.disks import SmallDisk
from simulators.faults.load import Load
from simulators.faults.proxy import Proxy
from simulators.faults.town import DEVICES
from simulators.faults.verdict import Alert, Rows, Verdict
from simulators.faults.worker import WorkerProcess


class Process(Protocol):
    """A running server."""

    @property
    def pid(self) -> int: ...
    def kill(self) -> None: ...
    def exit_status(self) -> int | None: ...


class Server(Protocol):
    """A server that can be ended and brought back on its port."""

    @property
    def child(self) -> Process | None: ...
    @property
    def port(self) -> int: ...
    def start(self, ports: list[int]) -> object: ...
    def stop(self, grace_seconds: float) -> None: ...


@dataclass(frozen=True)
class Servers:
    """Database, broker and how to start a worker; whoever composes us hands them in."""

    database: Server
    broker: Server
    worker_command: tuple[str, ...]


class Hire(Protocol):
    """How a scene comes by another process of the service; it is not started yet, and ended with the run."""

    def __call__(self, name: str, command: str = "ingest", **environment: str) -> WorkerProcess: ...


@dataclass
class Scene:
    """One run, as its fault sees it. `scale` shortens what lasts long, for short forms.

    `hire` gives another process: ``hire("other")``; `supervised` are those that are
    started again when they end. `notes` become complaints; `declared` are the alerts that the fault itself
    brought about, `more_promised` and `more_produced` the readings. `forfeited` is how many readings the fault
    itself destroyed, which nobody can bring back. `switch` is the file that sets off what was injected.
    """

    servers: Servers
    settings: Settings
    worker: WorkerProcess
    hire: Hire
    load: Load
    wire: Proxy | None
    disk: SmallDisk | None
    switch: Path
    rng: random.Random
    scale: float
    limit_seconds: float
    verdict: Verdict
    api_port: int | None = None
    supervised: list[WorkerProcess] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    declared: list[Alert] = field(default_factory=list)
    more_promised: Rows = field(default_factory=dict)
    more_produced: Rows = field(default_factory=dict)
    forfeited: int = 0

    def wait(self, seconds: float) -> None:
        time.sleep(seconds * self.scale)

    def between(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def declare_fires(self, how_many: int = 1, apart_seconds: float = 0.0) -> None:
        """Have devices declare a fire; that one is told too late, or never, is a complaint."""
        with self.bell().listening() as bell:
            for device in self.rng.sample(DEVICES, how_many):
                began_at = time.monotonic()
                self.ring(bell, device)
                time.sleep(max(0.0, apart_seconds * self.scale - (time.monotonic() - began_at)))

    def bell(self) -> Bell:
        """Somebody who listens for alerts, and a device that can declare a fire."""
        return Bell(self.settings, self.api_port)

    def ring(self, bell: Bell, device: str) -> None:
        """Declare a fire of one device, and judge how soon it is told."""
        told, shown = bell.ring(device)
        self.declared.append(Alert(RULE, device, "active", "raised"))
        self._judge(told, self.verdict.told_seconds, "told on the topic")
        if self.api_port is not None:
            self._judge(shown, self.verdict.shown_seconds, "shown by the API")

    def _judge(self, seconds: float | None, measured: list[float], done: str) -> None:
        if seconds is None:
            self.notes.append(f"a fire declared during the fault was not {done} in any useful time")
            return
        measured.append(seconds)
        if seconds > self.limit_seconds:
            self.notes.append(f"a fire declared during the fault was {done} after {seconds:.1f} s")

    def connect(self) -> psycopg.Connection[TupleRow]:
        """A connection of the harness' own to the run's database."""
        return connect(self.settings)

    def log_text(self) -> str:
        """What the worker has written to its log so far."""
        return self.worker.log.read_text(errors="replace")


def connect(settings: Settings) -> psycopg.Connection[TupleRow]:
    return psycopg.connect(
        settings.database_url or "",
        autocommit=True,
        application_name="faults",
        options="-c default_transaction_read_only=off -c timezone=UTC",
    )


def bring_back(server: Server) -> None:
    """Start a server that has ended, on its port."""
    if server.child is None or server.child.exit_status() is not None:
        server.start([server.port])


@dataclass(frozen=True)
class Fault:
    """One row of the matrix.

    Attributes
    ----------
    strike
        Makes the fault and ends it; whatever happens, the servers serve afterwards.
    receipts
        Whether the load goes through the reference gateway.
    wire
        Which of the worker's connections goes through a wire that can be cut.
    disk
        Whose files lie on a small disk that can be filled.
    injection
        What is built into the worker's process beforehand, by its name in `injection`.
    redelivers
        Whether messages may come again; they must not when everybody had time to leave in order.
    ends_itself
        Whether the worker must end by itself, with a failure's status; otherwise it must not.
    strict
        False: what is lost is reported and is no failure, because nobody promised it.
    crowd
        How many devices more are registered.
    environment
        Settings of the worker for this fault.
    """

    name: str
    strike: Callable[[Scene], None]
    receipts: bool = False
    wire: Literal["broker", "database"] | None = None
    disk: Literal["database", "spool"] | None = None
    injection: str | None = None
    redelivers: bool = True
    ends_itself: bool = False
    strict: bool = True
    crowd: int = 0
    environment: tuple[tuple[str, str], ...] = ()
