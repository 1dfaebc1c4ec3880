"""Whether a worker's memory stays as it is: an even load for minutes, and a look at it every other second."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from schemas.settings import Settings
from simulators.benchmarks.figures import Figure, alone
from simulators.benchmarks.ground import open_ground, place_of
from simulators.benchmarks.latency import PERCENTILES, TURN_SECONDS, time_commits
from simulators.benchmarks.pacing import Pace
from simulators.benchmarks.processes import read_memory_bytes, running_part
from simulators.benchmarks.sessions import clear_receipts, close_worker_session
from simulators.benchmarks.working import wait_until_listening


@dataclass(frozen=True)
class Soak:
    """So many spells of load, one behind the other; what a worker takes in the first is no growth."""

    spells: int = 10
    spell_seconds: float = 60.0
    rate: int = 2000
    look_seconds: float = 2.0

    @property
    def rounds(self) -> int:
        """How often each device speaks in a spell."""
        return max(1, round(self.spell_seconds / TURN_SECONDS))


@dataclass
class Looks:
    """Resident memory of a process: seconds since the first look, megabytes."""

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    def look(self, pid: int, began: float) -> None:
        self.seconds.append(time.monotonic() - began)
        self.megabytes.append(read_memory_bytes(pid, peak=False) / 1e6)

    def slope_from(self, place: int) -> float:
        """Megabytes a minute, the line of least squares through the looks from one on."""
        minutes = np.array(self.seconds[place:]) / 60
        return float(np.polyfit(minutes, self.megabytes[place:], 1)[0])


def measure_soak(settings: Settings, soak: Soak) -> list[Figure]:
    """One worker under an even load; the spells follow each other with a second or two between them."""
    devices = range(soak.rate * TURN_SECONDS)
    latencies: defaultdict[str, list[float]] = defaultdict(list)
    with open_ground(settings, len(devices)) as ground:
        with running_part(ground.settings, "ingest") as worker:
            wait_until_listening(ground, worker)
            with _looking(worker.pid, soak.look_seconds) as looks:
                for spell in range(soak.spells):
                    pace = Pace(soak.rate, soak.rounds, 1 + spell * soak.rounds, devices)
                    commits = time_commits(ground.settings, pace)
                    for percent, value in zip(PERCENTILES, np.percentile(commits, PERCENTILES), strict=True):
                        latencies[f"p{percent}"].append(float(value))
                    if spell == 0:
                        settled = len(looks.megabytes)
            most = read_memory_bytes(worker.pid, peak=True) / 1e6
        close_worker_session(ground.settings)
        clear_receipts(ground.settings, [place_of(device) for device in devices])
    return [
        alone("memory of the worker, after the first spell", "MB", [looks.megabytes[settled - 1]]),
        alone("memory of the worker, at the end", "MB", [looks.megabytes[-1]]),
        alone("memory of the worker, most", "MB", [most]),
        alone("growth after the first spell", "MB/min", [looks.slope_from(settled - 1)]),
        *(alone(f"commit at {soak.rate:,}/s, {name}", "ms", latencies[name]) for name in latencies),
    ]


@contextmanager
def _looking(pid: int, look_seconds: float) -> Iterator[Looks]:
    """Look at a process again and again, on a thread of its own, for the length of a block; and once at its end."""
    looks, began, ending = Looks(), time.monotonic(), threading.Event()

    def look_on() -> None:
        looks.look(pid, began)
        while not ending.wait(look_seconds):
            looks.look(pid, began)

    looking = threading.Thread(target=look_on)
    looking.start()
    try:
        yield looks
    finally:
        ending.set()
        looking.join()
        looks.look(pid, began)
