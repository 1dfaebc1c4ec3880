"""What a fault may touch: the servers, the worker, the wire, the load, and a seeded die."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import psycopg
from psycopg.rows import TupleRow

from schemas.settings import Settings
from simulators.faults.bell import LIMIT_SECONDS, RULE, ring
from simulators.faults.load import Load
from simulators.faults.proxy import Proxy
from simulators.faults.town import DEVICES
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


@dataclass
class Scene:
    """One run, as its fault sees it. `scale` shortens what lasts long, for short forms.

    `notes` become complaints; `declared` are the alerts (rule, subject) that the fault itself brought about.
    """

    servers: Servers
    settings: Settings
    worker: WorkerProcess
    second_worker: WorkerProcess
    load: Load
    wire: Proxy | None
    rng: random.Random
    scale: float
    notes: list[str] = field(default_factory=list)
    declared: list[tuple[str, str]] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds * self.scale)

    def between(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def declare_fire(self) -> None:
        """Have a device declare a fire, now; that it is told too late, or never, is a complaint."""
        device = self.rng.choice(DEVICES)
        seconds = ring(self.settings, device)
        self.declared.append((RULE, device))
        if seconds is None:
            self.notes.append("a fire declared during the fault was not told while it lasted")
        elif seconds > LIMIT_SECONDS:
            self.notes.append(f"a fire declared during the fault was told after {seconds:.1f} s")

    def connect(self) -> psycopg.Connection[TupleRow]:
        """A connection of the harness' own to the run's database."""
        return connect(self.settings)


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
    redelivers
        Whether messages may come again; they must not when everybody had time to leave in order.
    strict
        False: what is lost is reported and is no failure, because nobody promised it.
    environment
        Settings of the worker for this fault.
    """

    name: str
    strike: Callable[[Scene], None]
    receipts: bool = False
    wire: Literal["broker", "database"] | None = None
    redelivers: bool = True
    strict: bool = True
    environment: tuple[tuple[str, str], ...] = ()
