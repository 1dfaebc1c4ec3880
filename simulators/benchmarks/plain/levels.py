"""One colour of one rule on one sensor: has it held for long enough, has it ended for long enough."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.domain import Severity
from simulators.benchmarks.plain.sensor import PlainSensor

Speaks = Callable[[PlainSensor, int, float], bool]
Measures = Callable[[PlainSensor, int, float], float]


@dataclass(slots=True)
class Run:
    """Samples for which it has held, and since when."""

    since: int = 0
    samples: int = 0
    recent: deque[bool] = field(default_factory=deque)

    def end(self) -> None:
        self.samples = 0
        self.recent.clear()


@dataclass(slots=True)
class PlainLevel:
    """One colour of one rule on one sensor.

    `n_true` of the last `m_samples` must hold over `on_us` and `min_samples`; every sample over `off_us` must end it.
    """

    severity: Severity
    holds: Speaks
    ends: Speaks
    measure: Measures
    limit: float
    on_us: int
    off_us: int
    n_true: int = 1
    m_samples: int = 1
    min_samples: int = 2
    judges_late: bool = True
    active: bool = False
    ended_at: int | None = None
    off_since: int | None = None
    on_time: Run = field(default_factory=Run)
    late: Run = field(default_factory=Run)

    def step(self, sensor: PlainSensor, at: int, value: float, broken: bool) -> None:
        """A reading newer than all before."""
        if self._is_complete(self.on_time, at, self.holds(sensor, at, value), broken):
            self._raise(at)
        if not self.active:
            return
        if not self.ends(sensor, at, value):
            self.off_since = None
            return
        if broken or self.off_since is None:
            self.off_since = at
        if at - self.off_since >= self.off_us:
            self.active, self.ended_at = False, at
            self.on_time.end()
            self.late.end()

    def step_late(self, sensor: PlainSensor, at: int, value: float, broken: bool) -> None:
        """A reading that came after newer ones: it can raise, it cannot clear."""
        if self.judges_late and self._is_complete(self.late, at, self.holds(sensor, at, value), broken):
            self._raise(at)

    def _raise(self, at: int) -> None:
        if not self.active and (self.ended_at is None or at > self.ended_at):
            self.active, self.off_since = True, None

    def _is_complete(self, run: Run, at: int, holds: bool, broken: bool) -> bool:
        if broken:
            run.end()
        if not run.samples:
            if not holds:
                return False
            run.since = at
        run.samples += 1
        run.recent.append(holds)
        if len(run.recent) > self.m_samples:
            run.recent.popleft()
        if run.recent.count(False) > self.m_samples - self.n_true:
            run.end()
            return False
        enough = run.samples >= self.min_samples and run.recent.count(True) >= self.n_true
        return holds and enough and at - run.since >= self.on_us
