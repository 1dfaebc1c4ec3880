"""What the machine itself allows: how much of its speed a core keeps while another one works.

On a virtual machine two processors are often the two threads of one core. Bare COPY has such a core for itself; a
worker, its database and its broker share it.
"""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.synchronize import Event

ROUNDS = 15
STEPS = 200_000


def measure_beside() -> tuple[float, float]:
    """Steps a second of a plain loop alone, and while another process works as hard."""
    alone = _measure()
    context = multiprocessing.get_context("spawn")
    begun, ended = context.Event(), context.Event()
    process = context.Process(target=_work_until, args=(begun, ended), daemon=True)
    process.start()
    begun.wait()
    beside = _measure()
    ended.set()
    process.join()
    return alone, beside


def _measure() -> float:
    """The median of some rounds."""
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        _loop()
        rates.append(STEPS / (time.perf_counter() - started))
    return sorted(rates)[ROUNDS // 2]


def _loop() -> None:
    total = 0
    for step in range(STEPS):
        total += step * step & 7


def _work_until(begun: Event, ended: Event) -> None:
    begun.set()
    while not ended.is_set():
        _loop()
