"""From single judgements to episodes: what has held for long enough raises, what has ended for long enough clears.

One `Episodes` belongs to one rule and keeps, for each subject, whether the condition is active and the runs of
judgements that may change that. Whether an *alert* is open is a wider question (acknowledged? ruled on?) that
the database answers; here is only its first axis, the condition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.rule import Judgement, Persistence
from schemas.columns import NEVER

Slots = NDArray[np.int32]
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Run:
    """For each subject the run of samples for which a condition has held: since when, how many, the last eight."""

    def __init__(self, n_subjects: int) -> None:
        self.since = np.full(n_subjects, NEVER, np.int64)
        self.samples = np.zeros(n_subjects, np.int32)
        self.recent = np.zeros(n_subjects, np.uint8)

    def grow(self, n_subjects: int) -> None:
        fresh = Run(n_subjects - len(self.since))
        self.since = np.concatenate([self.since, fresh.since])
        self.samples = np.concatenate([self.samples, fresh.samples])
        self.recent = np.concatenate([self.recent, fresh.recent])

    def extend(
        self, slots: Slots, observed_at: Times, holds: Flags, broken: Flags, wait: Persistence
    ) -> Flags:
        """Take one sample of each of (n,) different subjects; True where the run is complete with this sample."""
        samples = np.where(broken, 0, self.samples[slots])
        recent = np.where(broken, 0, self.recent[slots])
        since = np.where((samples == 0) & holds, observed_at, self.since[slots])
        samples = np.where((samples > 0) | holds, samples + 1, 0)
        recent = ((recent << 1) | holds) & ((1 << wait.m_samples) - 1)
        trues = np.bitwise_count(recent)
        over = np.minimum(samples, wait.m_samples) - trues > wait.m_samples - wait.n_true
        samples[over], recent[over] = 0, 0
        self.since[slots], self.samples[slots], self.recent[slots] = since, samples, recent
        enough = (samples >= wait.min_samples) & (trues >= wait.n_true)
        complete: Flags = holds & ~over & enough & (observed_at - since >= wait.on_delay_us)
        return complete

    def forget(self, slots: Slots) -> None:
        self.samples[slots] = 0
        self.recent[slots] = 0


class Episodes:
    """Conditions of one rule over all subjects, (n_subjects,) each."""

    def __init__(self, wait: Persistence, n_subjects: int) -> None:
        self._wait = wait
        self._live = Run(n_subjects)
        self._late = Run(n_subjects)
        self.active = np.zeros(n_subjects, np.bool_)
        self.ended_at = np.full(n_subjects, NEVER, np.int64)
        self._off_since = np.full(n_subjects, NEVER, np.int64)

    def grow(self, n_subjects: int) -> None:
        """Make room for subjects registered since."""
        fresh = n_subjects - len(self.active)
        self._live.grow(n_subjects)
        self._late.grow(n_subjects)
        self.active = np.concatenate([self.active, np.zeros(fresh, np.bool_)])
        self.ended_at = np.concatenate([self.ended_at, np.full(fresh, NEVER, np.int64)])
        self._off_since = np.concatenate([self._off_since, np.full(fresh, NEVER, np.int64)])

    def underway(self, slots: Slots) -> Flags:
        """Where the condition is active or a run has begun; elsewhere a sample that does not hold changes nothing."""
        begun: Flags = (self._live.samples[slots] > 0) | (self._late.samples[slots] > 0)
        return self.active[slots] | begun

    def restore(self, slot: int, active: bool, at: int) -> None:
        """Take over what the tables say of one subject: active, or inactive since `at`."""
        self.active[slot] = active
        self.ended_at[slot] = NEVER if active else at

    def step(self, slots: Slots, observed_at: Times, judged: Judgement, broken: Flags) -> tuple[Flags, Flags]:
        """Take one sample, newer than all before, of each of (n,) different subjects.

        Returns
        -------
        raised, cleared : bool arrays (n,)
            Where the condition begins and where it ends with this sample.
        """
        complete = self._live.extend(slots, observed_at, judged.holds, broken, self._wait)
        raised = complete & ~self.active[slots] & (observed_at > self.ended_at[slots])
        self.active[slots[raised]] = True
        # The time to clear counts from here on; what was normal before does not matter any more.
        self._off_since[slots[raised]] = NEVER
        return raised, self._clear(slots, observed_at, judged.clears, broken)

    def step_late(self, slots: Slots, observed_at: Times, judged: Judgement, broken: Flags) -> Flags:
        """Take one sample that came late. It can raise, it can never clear; True (n,) where it raises."""
        complete = self._late.extend(slots, observed_at, judged.holds, broken, self._wait)
        raised = complete & ~self.active[slots] & (observed_at > self.ended_at[slots])
        self.active[slots[raised]] = True
        # Whatever was normal before it was known ends nothing: the time to clear begins anew.
        self._off_since[slots[raised]] = NEVER
        return raised

    def _clear(self, slots: Slots, observed_at: Times, clears: Flags, broken: Flags) -> Flags:
        off_since = self._off_since[slots]
        begins = broken | (off_since == NEVER)
        off_since = np.where(clears, np.where(begins, observed_at, off_since), NEVER)
        cleared = self.active[slots] & clears & (observed_at - off_since >= self._wait.off_delay_us)
        self._off_since[slots] = off_since
        ended = slots[cleared]
        self.active[ended] = False
        self.ended_at[ended] = observed_at[cleared]
        self._live.forget(ended)
        self._late.forget(ended)
        return cleared
