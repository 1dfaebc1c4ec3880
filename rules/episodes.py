"""From single judgements to episodes: what has held for long enough raises, what has ended for long enough clears.

`Episodes` keeps, for each sensor and each level of the rules of its quantity, whether the condition is active and the
runs of judgements that may change that. Whether an *alert* is open is a wider question (acknowledged? ruled on?) that
the database answers; here is only its first axis, the condition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.columns import NEVER

Slots = NDArray[np.int32]
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
Rows = NDArray[np.intp]

RUN = np.dtype(
    [
        ("since", np.int64),
        ("off_since", np.int64),
        ("ended_at", np.int64),
        ("late_since", np.int64),
        ("samples", np.int16),
        ("late_samples", np.int16),
        ("recent", np.uint8),
        ("late_recent", np.uint8),
        ("active", np.bool_),
    ],
    align=True,
)
"""State of one level of one sensor: the run for which it has held (`since` when, over how many `samples`, the last
eight in `recent`), the same for samples that came late, since when every sample has spoken for the end, and when it
last ended."""

MOST_SAMPLES = np.iinfo(np.int16).max


@dataclass(frozen=True)
class Terms:
    """What the level of each of (n,) runs asks for: see `rules.rule.Level`; waits in µs of event time."""

    on_us: Times
    off_us: Times
    n_true: Counts
    m_samples: Counts
    min_samples: Counts

    def pick(self, places: Rows | slice) -> Terms:
        """Those of some of the runs."""
        return Terms(
            self.on_us[places],
            self.off_us[places],
            self.n_true[places],
            self.m_samples[places],
            self.min_samples[places],
        )


def lay_out(n_sensors: int, n_levels: int) -> NDArray[np.void]:
    """States (n_sensors, n_levels) of `RUN` in which nothing holds."""
    runs = np.zeros((n_sensors, n_levels), RUN)
    for name in ("since", "off_since", "ended_at", "late_since"):
        runs[name] = NEVER
    return runs


def step(
    runs: NDArray[np.void], observed_at: Times, holds: Flags, clears: Flags, broken: Flags, terms: Terms
) -> None:
    """Take one sample, newer than all before, for each of (n,) different runs; they are changed in place."""
    complete = _extend(runs, "", observed_at, holds, broken, terms)
    raised = complete & ~runs["active"] & (observed_at > runs["ended_at"])
    # The time to clear counts from here on; what was normal before does not matter any more.
    off_since = np.where(raised, NEVER, runs["off_since"])
    active = runs["active"] | raised
    begins = broken | (off_since == NEVER)
    off_since = np.where(clears, np.where(begins, observed_at, off_since), NEVER)
    cleared = active & clears & (observed_at - off_since >= terms.off_us)
    runs["off_since"] = off_since
    runs["active"] = active & ~cleared
    runs["ended_at"] = np.where(cleared, observed_at, runs["ended_at"])
    for name in ("samples", "recent", "late_samples", "late_recent"):
        runs[name][cleared] = 0


def step_late(runs: NDArray[np.void], observed_at: Times, holds: Flags, broken: Flags, terms: Terms) -> None:
    """Take one sample that came late. It can raise, it can never clear."""
    complete = _extend(runs, "late_", observed_at, holds, broken, terms)
    raised = complete & ~runs["active"] & (observed_at > runs["ended_at"])
    runs["active"][raised] = True
    # Whatever was normal before it was known ends nothing: the time to clear begins anew.
    runs["off_since"][raised] = NEVER


def are_underway(runs: NDArray[np.void]) -> Flags:
    """Where (n,) any level of runs (n, n_levels) is active or has begun; elsewhere a calm sample changes nothing."""
    any_level = runs["active"] | (runs["samples"] > 0)
    begun: Flags = np.any(any_level, axis=1)
    return begun


def _extend(
    runs: NDArray[np.void],
    lane: str,
    observed_at: Times,
    holds: Flags,
    broken: Flags,
    terms: Terms,
) -> Flags:
    """True where the run of this lane is complete with this sample."""
    names = f"{lane}since", f"{lane}samples", f"{lane}recent"
    since, samples, recent = (runs[name] for name in names)
    samples = np.where(broken, 0, samples)
    recent = np.where(broken, 0, recent)
    since = np.where((samples == 0) & holds, observed_at, since)
    samples = np.where((samples > 0) | holds, np.minimum(samples + 1, MOST_SAMPLES), 0)
    recent = ((recent << 1) | holds) & ((1 << terms.m_samples) - 1)
    trues = np.bitwise_count(recent)
    over = np.minimum(samples, terms.m_samples) - trues > terms.m_samples - terms.n_true
    samples[over], recent[over] = 0, 0
    for name, values in zip(names, (since, samples, recent), strict=True):
        runs[name] = values
    enough = (samples >= terms.min_samples) & (trues >= terms.n_true)
    complete: Flags = holds & ~over & enough & (observed_at - since >= terms.on_us)
    return complete
