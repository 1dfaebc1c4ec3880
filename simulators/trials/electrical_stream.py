"""Circuits of several towns through the engine minute by minute, and through the slow rules every six hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rules.catalogue import CATALOGUE
from rules.changes import ChangeKind
from rules.parameters import Parameters
from rules.slow.bucket_times import DAY_US
from rules.slow.electrical_rules import ELECTRICAL_SLOW_RULES
from rules.slow.history import History
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.columns import MICROSECONDS, READING, Batch
from schemas.domain import Quantity, Severity
from schemas.roster import Roster
from simulators.electrical.circuits import CHANNELS, STEP_SECONDS, Boards
from simulators.optics import Floats
from simulators.premises import SENSOR_ID_BASE
from simulators.trials.alerts import RuleEngine

BEGINS_US = 1_794_758_400 * MICROSECONDS
"""2026-11-15T16:00:00Z: a Monday's midnight in the city."""
DAY_SECONDS, HOURS, MINUTES = 86_400.0, 24, 60
N_CHANNELS = len(CHANNELS)
LOOKS_EVERY_HOURS = 6


@dataclass(frozen=True)
class Raise:
    """An alert of one circuit, raised at a second of the trial; `interval` is earliest, likeliest and latest breach."""

    rule_id: str
    circuit: int
    at: float
    severity: Severity
    interval: tuple[float, float, float] | None = None


@dataclass
class Seen:
    """What came out: raises in their order, and what the slow rules forecast at each look while they held.

    `hours` are hourly means and `peaks` hourly maxima (n_circuits, n_channels, n_hours); `over` is the first second of
    two minutes in a row at or above a limit (n_circuits, n_channels), infinite where there is none.
    """

    raises: list[Raise] = field(default_factory=list)
    forecasts: list[Raise] = field(default_factory=list)
    hours: Floats = field(default_factory=lambda: np.empty((0, N_CHANNELS, 0)))
    peaks: Floats = field(default_factory=lambda: np.empty((0, N_CHANNELS, 0)))
    over: Floats = field(default_factory=lambda: np.empty((0, N_CHANNELS)))
    readings: int = 0


def watch(
    boards: list[Boards],
    roster: Roster,
    days: int,
    limits: Floats,
    make_engine: Callable[[], RuleEngine],
    tell_day: Callable[[int], None],
) -> Seen:
    """Let days go by over boards whose circuits stand in the roster one after the other.

    `limits` (n_circuits, n_channels) are those whose breach is looked for.
    """
    engine = make_engine()
    engine.adopt(roster)
    slow = SlowWatch(roster)
    n_circuits = len(limits)
    blank = np.full((n_circuits, N_CHANNELS, days * HOURS), np.nan)
    seen = Seen(hours=blank, peaks=blank.copy(), over=np.full(limits.shape, np.inf))
    for day in range(days):
        begin = day * DAY_SECONDS
        values = np.concatenate([each.run(begin, HOURS * MINUTES) for each in boards], axis=1)
        _find_breaches(seen.over, values, limits, begin)
        today = slice(day * HOURS, (day + 1) * HOURS)
        seen.hours[:, :, today], seen.peaks[:, :, today] = sum_up_hours(values)
        seen.readings += values.size
        for hour in range(HOURS):
            seen.raises += _ask_engine(engine, values[hour * MINUTES :][:MINUTES], begin + hour * 3600.0)
            complete = day * HOURS + hour + 1
            if complete % LOOKS_EVERY_HOURS == 0:
                raised, forecasts = slow.look(seen.hours[:, :, :complete], seen.peaks[:, :, :complete])
                seen.raises += raised
                seen.forecasts += forecasts
        tell_day(day + 1)
    return seen


def sum_up_hours(values: Floats) -> tuple[Floats, Floats]:
    """Hourly means and maxima (n_circuits, n_channels, n_hours) of minutes (m, n_circuits, n_channels)."""
    hours = values.reshape(-1, MINUTES, *values.shape[1:])
    return hours.mean(axis=1).transpose(1, 2, 0), hours.max(axis=1).transpose(1, 2, 0)


def _find_breaches(over: Floats, values: Floats, limits: Floats, begin: float) -> None:
    beyond = values >= limits
    twice = beyond[1:] & beyond[:-1]
    first = begin + STEP_SECONDS * (twice.argmax(axis=0) + 1)
    np.minimum(over, np.where(twice.any(axis=0), first, np.inf), out=over)


def _ask_engine(engine: RuleEngine, values: Floats, begin: float) -> list[Raise]:
    """An hour of minutes (60, n_circuits, n_channels) through the engine."""
    changes = engine.evaluate(*make_batch(values, begin))
    return [
        Raise(
            change.rule.id,
            (change.subject.sensor_id - SENSOR_ID_BASE) // N_CHANNELS,
            (change.at - BEGINS_US) / MICROSECONDS,
            change.severity,
        )
        for change in changes
        if change.kind is ChangeKind.RAISE and change.subject.sensor_id is not None
    ]


def make_batch(values: Floats, begin: float) -> tuple[Batch, int]:
    """Minutes (m, n_circuits, n_channels) from a second of the trial on, and the time [µs] of the last."""
    steps, n_sensors = len(values), values.shape[1] * N_CHANNELS
    readings = np.zeros(steps * n_sensors, READING)
    readings["slot"] = np.tile(np.arange(n_sensors), steps)
    times = BEGINS_US + ((begin + STEP_SECONDS * np.arange(steps)) * MICROSECONDS).astype(np.int64)
    readings["observed_at"] = readings["received_at"] = np.repeat(times, n_sensors)
    readings["value"] = values.reshape(-1)
    return Batch(readings), int(times[-1])


class SlowWatch:
    """The slow rules over hourly means, with what is active."""

    def __init__(self, roster: Roster) -> None:
        self._parameters = Parameters.built_in(CATALOGUE).resolve(roster)
        self._channels = {
            rule.id: [place for place, (quantity, _) in enumerate(CHANNELS) if quantity is rule.quantity]
            for rule in ELECTRICAL_SLOW_RULES
        }
        n_circuits = len(roster.devices)
        self._active = {
            rule.id: np.zeros(n_circuits * len(self._channels[rule.id]), np.bool_)
            for rule in ELECTRICAL_SLOW_RULES
        }

    def look(self, hours: Floats, peaks: Floats) -> tuple[list[Raise], list[Raise]]:
        """Judge hourly means and maxima (n_circuits, n_channels, n_hours); returns raises, and all forecasts."""
        raised: list[Raise] = []
        forecasts: list[Raise] = []
        complete = hours.shape[2]
        for rule in ELECTRICAL_SLOW_RULES:
            if complete % max(1, round(rule.every_seconds / 3600.0)) == 0:
                self._judge(rule, hours, peaks, raised, forecasts)
        return raised, forecasts

    def _judge(
        self, rule: SlowRule, hours: Floats, peaks: Floats, raised: list[Raise], forecasts: list[Raise]
    ) -> None:
        channels, n_circuits = self._channels[rule.id], len(hours)
        circuits = np.repeat(np.arange(n_circuits), len(channels))
        slots = (circuits * N_CHANNELS + np.tile(channels, n_circuits)).astype(np.int32)
        windows = _last(hours, rule.n_buckets), _last(peaks, rule.n_buckets)
        now_seconds = hours.shape[2] * 3600.0
        now = BEGINS_US + round(now_seconds * MICROSECONDS)
        judged = rule.judge(_view(rule, windows, channels, circuits, slots, now, self._parameters.of_sensors))
        active = self._active[rule.id]
        fresh = judged.holds & ~active
        for row in np.flatnonzero(judged.holds).tolist():
            told = Raise(rule.id, int(circuits[row]), now_seconds, rule.severity, _interval(judged, row))
            if told.interval is not None:
                forecasts.append(told)
            if fresh[row]:
                raised.append(told)
        self._active[rule.id] = (active | judged.holds) & ~judged.clears


def _view(
    rule: SlowRule,
    windows: tuple[Floats, Floats],
    channels: list[int],
    circuits: NDArray[np.intp],
    slots: NDArray[np.int32],
    now: int,
    of_sensors: Callable[[str, str, NDArray[np.int32]], Floats],
) -> SlowView:
    means, peaks = (window[:, channels].reshape(len(slots), -1) for window in windows)
    hour_us = DAY_US // HOURS
    starts = now - hour_us * np.arange(means.shape[1], 0, -1)
    count = np.where(np.isnan(means), 0, MINUTES).astype(np.int32)
    history = History(slots, starts, hour_us, means, means, peaks, count)
    places = {quantity: place for place, (quantity, _) in enumerate(CHANNELS)}

    def companion(quantity: Quantity) -> Floats:
        return windows[0][:, places[quantity]][circuits]

    return SlowView(history, now, companion, lambda name: of_sensors(rule.id, name, slots))


def _last(hours: Floats, count: int) -> Floats:
    """The last hours (n, n_channels, count); NaN before there were any."""
    missing = count - hours.shape[2]
    if missing <= 0:
        return hours[:, :, -count:]
    return np.concatenate([np.full((*hours.shape[:2], missing), np.nan), hours], axis=2)


def _interval(judged: SlowJudgement, row: int) -> tuple[float, float, float] | None:
    """When the breach is expected, and the bounds of the interval [s of the trial]."""
    if judged.forecast is None or np.isnan(judged.forecast.at[row]):
        return None
    each = judged.forecast.earliest, judged.forecast.at, judged.forecast.latest
    earliest, at, latest = ((float(when[row]) - BEGINS_US) / MICROSECONDS for when in each)
    return earliest, at, latest
