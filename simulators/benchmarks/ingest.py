"""How fast a worker gets through what is queued, beside bare COPY, a bare subscriber and the textbooks."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass

from schemas.settings import Settings
from simulators.benchmarks import loading
from simulators.benchmarks.backlog import SAMPLES_IN_MESSAGE, Backlog
from simulators.benchmarks.children import run_apart
from simulators.benchmarks.draining import Way, drain_session
from simulators.benchmarks.figures import Figure, alone, compare
from simulators.benchmarks.ground import DEVICES, Ground, open_ground, place_of
from simulators.benchmarks.publishing import publish_backlog
from simulators.benchmarks.sessions import (
    clear_receipts,
    close_session,
    close_worker_session,
    open_session,
    open_worker_session,
)
from simulators.benchmarks.working import Drained, drain_backlog

# A restarted worker reads the last quarter of an hour back; the backlog is older, so that only draining is measured.
MARGIN_MS = 30 * 60 * 1000


@dataclass(frozen=True)
class Size:
    """How much is measured; the filled table is left out with `filled_rows` 0."""

    singles: int = 40_000
    samples: int = 1_000_000
    filled_rows: int = 5_000_000

    def divided(self, by: int) -> Size:
        return Size(self.singles // by, self.samples // by, self.filled_rows // by)


Series = defaultdict[str, list[float]]


def measure_ingest(settings: Settings, size: Size, runs: int) -> list[Figure]:
    """Measure everything once a run, us and the yardsticks in turn, the order reversed in every other run."""
    series: Series = defaultdict(list)
    with ExitStack() as stack:
        empty = stack.enter_context(open_ground(settings))
        stack.callback(_tidy, empty)
        filled = _open_filled(stack, settings, size, runs)
        for run in range(runs):
            _measure_singles(empty, _make_singles(empty, size), series, turned=run % 2 == 1)
            backlog = _make_fifties(empty, size, run, runs)
            _measure_fifties(empty, filled, backlog, series, turned=run % 2 == 1)
    return _conclude(series)


def _open_filled(stack: ExitStack, settings: Settings, size: Size, runs: int) -> Ground | None:
    """A second database with millions of readings in it, which keeps what each run adds."""
    if not size.filled_rows:
        return None
    ground = stack.enter_context(open_ground(settings))
    stack.callback(_tidy, ground)
    loading.fill_readings(ground, size.filled_rows, _make_fifties(ground, size, 0, runs).start_ms)
    return ground


def _tidy(ground: Ground) -> None:
    close_worker_session(ground.settings)
    clear_receipts(ground.settings, [place_of(device) for device in range(DEVICES)])


def _make_singles(ground: Ground, size: Size) -> Backlog:
    backlog = Backlog(ground.settings.topic_root, size.singles, single=True, start_ms=0)
    return backlog.starting_at(_now_ms() - MARGIN_MS - backlog.span_ms)


def _make_fifties(ground: Ground, size: Size, run: int, runs: int) -> Backlog:
    """Each run follows on the one before in event time, so that a filled table may keep them all."""
    messages = size.samples // SAMPLES_IN_MESSAGE
    backlog = Backlog(ground.settings.topic_root, messages, single=False, start_ms=0)
    return backlog.starting_at(_now_ms() - MARGIN_MS - backlog.span_ms * (runs - run))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _measure_singles(ground: Ground, backlog: Backlog, series: Series, *, turned: bool) -> None:
    """One publication is queued for four sessions, and each is drained by a process of its own."""
    settings = ground.settings
    ground.clear(readings=True)
    open_worker_session(settings)
    for way in Way:
        open_session(settings, _name_client(settings, way))
    publish_backlog(settings, backlog)
    turns = [None, *Way]
    for way in reversed(turns) if turned else turns:
        ground.clear(readings=True)
        if way is None:
            drained = drain_backlog(ground, backlog)
            series["worker, single"].append(drained.messages / drained.seconds)
        else:
            # One INSERT a message is so slow that an eighth of the queue tells its rate as well.
            count = backlog.messages // 8 if way is Way.INSERT else backlog.messages
            client_id = _name_client(settings, way)
            series[way].append(run_apart(drain_session, settings, client_id, way, count))
            close_session(settings, client_id)


def _name_client(settings: Settings, way: Way) -> str:
    return f"{settings.topic_root}-{way}"


def _measure_fifties(
    empty: Ground, filled: Ground | None, backlog: Backlog, series: Series, *, turned: bool
) -> None:
    if filled is not None and turned:
        _drain_filled(filled, backlog, series)
    drained = _queue_and_drain(empty, backlog, clear_readings=True)
    series["worker, fifty"].append(drained.rows / drained.seconds)
    series["memory"].append(drained.peak_bytes / 1e6)
    rows, batch_rows = loading.read_rows(empty, backlog), -(-drained.rows // drained.transactions)
    series["batch"].append(batch_rows)
    series["copy"].append(loading.copy_into_readings(empty, rows, batch_rows))
    series["bare"].append(loading.copy_into_bare(empty, rows, batch_rows))
    if filled is not None and not turned:
        _drain_filled(filled, backlog, series)


def _drain_filled(filled: Ground, backlog: Backlog, series: Series) -> None:
    there = backlog.under(filled.settings.topic_root)
    drained = _queue_and_drain(filled, there, clear_readings=False)
    series["worker, filled"].append(drained.rows / drained.seconds)


def _queue_and_drain(ground: Ground, backlog: Backlog, *, clear_readings: bool) -> Drained:
    open_worker_session(ground.settings)
    publish_backlog(ground.settings, backlog)
    ground.clear(readings=clear_readings)
    return drain_backlog(ground, backlog)


def _conclude(series: Series) -> list[Figure]:
    single, fifty = series["worker, single"], series["worker, fifty"]
    figures = [
        compare(
            "drain, single samples",
            "messages/s",
            single,
            "bare subscriber",
            series[Way.NOTHING],
        ),
        compare("drain, single samples", "messages/s", single, "executemany of 500", series[Way.EXECUTEMANY]),
        compare("drain, single samples", "messages/s", single, "INSERT and commit each", series[Way.INSERT]),
        alone("bare subscriber", "messages/s", series[Way.NOTHING]),
        alone("executemany of 500", "messages/s", series[Way.EXECUTEMANY]),
        alone("INSERT and commit each", "messages/s", series[Way.INSERT]),
        compare("drain, 50 a message", "rows/s", fifty, "COPY, same table", series["copy"]),
        compare("drain, 50 a message", "rows/s", fifty, "COPY, no index", series["bare"]),
        alone("COPY, same table", "rows/s", series["copy"]),
        alone("COPY, no index", "rows/s", series["bare"]),
        alone("rows a transaction", "rows", series["batch"]),
        alone("most memory of the worker", "MB", series["memory"]),
    ]
    if series["worker, filled"]:
        filled = series["worker, filled"]
        figures.append(
            compare("drain into a filled table", "rows/s", filled, "same into an empty one", fifty)
        )
    return figures
