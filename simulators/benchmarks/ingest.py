"""How fast a worker gets through what is queued, beside bare COPY, a bare subscriber and the textbooks."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from schemas.settings import Settings
from simulators.benchmarks import loading
from simulators.benchmarks.backlog import SAMPLES_IN_MESSAGE, Backlog
from simulators.benchmarks.brokers import watching_broker
from simulators.benchmarks.cores import measure_beside
from simulators.benchmarks.draining import Way
from simulators.benchmarks.figures import Figure, alone, compare
from simulators.benchmarks.filling import fill_readings, require_room
from simulators.benchmarks.ground import DEVICES, WORKER, Ground, open_ground, place_of
from simulators.benchmarks.node_red.installing import install_node_red
from simulators.benchmarks.node_red.running import require_plain_broker
from simulators.benchmarks.publishing import publish_backlog
from simulators.benchmarks.sessions import (
    clear_receipts,
    close_session,
    name_worker_client,
    open_worker_session,
)
from simulators.benchmarks.singles import NODE_RED, PAIR, TWO_WORKERS, Singles
from simulators.benchmarks.working import Drained, drain_backlog

# A restarted worker reads the last quarter of an hour back; the backlog is older, so that only draining is measured.
MARGIN_MS = 30 * 60 * 1000


@dataclass(frozen=True)
class Size:
    """How much is measured; what has 0 is left out."""

    singles: int = 40_000
    samples: int = 1_000_000
    filled_rows: int = 5_000_000
    queued: int = 0
    with_node_red: bool = False

    def divided(self, by: int) -> Size:
        return replace(
            self,
            singles=self.singles // by,
            samples=self.samples // by,
            filled_rows=self.filled_rows // by,
            queued=self.queued // by,
        )


Series = defaultdict[str, list[float]]


def measure_ingest(settings: Settings, size: Size, runs: int) -> list[Figure]:
    """Measure everything once a run, us and the yardsticks in turn, the order reversed in every other run."""
    node_red = _prepare_node_red(settings) if size.with_node_red else None
    series: Series = defaultdict(list)
    with ExitStack() as stack:
        empty = stack.enter_context(open_ground(settings))
        stack.callback(_tidy, empty)
        filled = _open_filled(stack, settings, size, runs)
        for run in range(runs):
            _measure_cores(series)
            singles = Singles(empty, _make_singles(empty, size.singles), node_red)
            singles.measure(series, turned=run % 2 == 1)
            backlog = _make_fifties(empty, size, 2 * run, runs)
            _measure_fifties(empty, filled, backlog, series, turned=run % 2 == 1)
        if size.queued:
            _measure_queued(empty, _make_singles(empty, size.queued), series)
    return _conclude(series, size)


def _prepare_node_red(settings: Settings) -> Path:
    require_plain_broker(settings)
    return install_node_red(settings.cache_dir)


def _open_filled(stack: ExitStack, settings: Settings, size: Size, runs: int) -> Ground | None:
    """A second database with millions of readings in it, which keeps what each run adds."""
    if not size.filled_rows:
        return None
    if (own := settings.data_dir / "postgres").exists():
        require_room(own, size.filled_rows)
    ground = stack.enter_context(open_ground(settings))
    stack.callback(_tidy, ground)
    fill_readings(ground, size.filled_rows, _make_fifties(ground, size, 0, runs).start_ms)
    return ground


def _measure_cores(series: Series) -> None:
    undisturbed, beside = measure_beside()
    series["core, alone"].append(undisturbed)
    series["core, beside"].append(beside)


def _tidy(ground: Ground) -> None:
    for share in (WORKER, *PAIR):
        close_session(ground.settings, name_worker_client(ground.settings, share))
    clear_receipts(ground.settings, [place_of(device) for device in range(DEVICES)])


def _make_singles(ground: Ground, messages: int) -> Backlog:
    backlog = Backlog(ground.settings.topic_root, messages, single=True, start_ms=0)
    return backlog.starting_at(_now_ms() - MARGIN_MS - backlog.span_ms)


def _make_fifties(ground: Ground, size: Size, place: int, runs: int) -> Backlog:
    """Two places a run, each behind the other in event time: a filled table keeps a worker's rows and COPY's."""
    messages = size.samples // SAMPLES_IN_MESSAGE
    backlog = Backlog(ground.settings.topic_root, messages, single=False, start_ms=0)
    return backlog.starting_at(_now_ms() - MARGIN_MS - backlog.span_ms * (2 * runs - place))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


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
    if filled is not None:
        moved = loading.move_rows(rows, backlog.span_ms)
        series["copy, filled"].append(loading.copy_into_readings(filled, moved, batch_rows, empty=False))
    series["bare"].append(loading.copy_into_bare(empty, rows, batch_rows))
    if filled is not None and not turned:
        _drain_filled(filled, backlog, series)


def _drain_filled(filled: Ground, backlog: Backlog, series: Series) -> None:
    there = backlog.under(filled.settings.topic_root)
    drained = _queue_and_drain(filled, there, clear_readings=False)
    series["worker, filled"].append(drained.rows / drained.seconds)


def _measure_queued(ground: Ground, backlog: Backlog, series: Series) -> None:
    """A queue as after hours without a worker: its memory must not depend on it, the broker's may."""
    with watching_broker(ground.settings) as told:
        drained = _queue_and_drain(ground, backlog, clear_readings=True)
    series["queued"].append(drained.messages / drained.seconds)
    series["memory, queued"].append(drained.peak_bytes / 1e6)
    series["broker, queued"] += told[-1:]


def _queue_and_drain(ground: Ground, backlog: Backlog, *, clear_readings: bool) -> Drained:
    open_worker_session(ground.settings)
    publish_backlog(ground.settings, backlog)
    ground.clear(readings=clear_readings)
    return drain_backlog(ground, backlog)


def _conclude(series: Series, size: Size) -> list[Figure]:
    return _conclude_singles(series) + _conclude_fifties(series) + _conclude_queued(series, size.queued)


def _conclude_singles(series: Series) -> list[Figure]:
    name, unit, single = "drain, single samples", "messages/s", series[WORKER]
    yardsticks = {
        "bare subscriber": series[Way.NOTHING],
        "executemany of 500": series[Way.EXECUTEMANY],
        "INSERT and commit each": series[Way.INSERT],
    }
    if series[NODE_RED]:
        yardsticks["Node-RED's usual flow"] = series[NODE_RED]
    return [
        *(compare(name, unit, single, yardstick, rates) for yardstick, rates in yardsticks.items()),
        *(alone(yardstick, unit, rates) for yardstick, rates in yardsticks.items()),
        compare("two workers, single samples", unit, series[TWO_WORKERS], "one worker", single),
    ]


def _conclude_fifties(series: Series) -> list[Figure]:
    fifty = series["worker, fifty"]
    figures = [
        compare("drain, 50 a message", "rows/s", fifty, "COPY, same table", series["copy"]),
        compare("drain, 50 a message", "rows/s", fifty, "COPY, no index", series["bare"]),
        alone("COPY, same table", "rows/s", series["copy"]),
        alone("COPY, no index", "rows/s", series["bare"]),
        compare(
            "a core while another works", "steps/s", series["core, beside"], "alone", series["core, alone"]
        ),
        alone("rows a transaction", "rows", series["batch"]),
        alone("most memory of the worker", "MB", series["memory"]),
    ]
    if filled := series["worker, filled"]:
        copied, empty = series["copy, filled"], "same into an empty one"
        figures += [
            compare("drain into a filled table", "rows/s", filled, empty, fifty),
            compare("COPY into a filled table", "rows/s", copied, empty, series["copy"]),
        ]
    return figures


def _conclude_queued(series: Series, queued: int) -> list[Figure]:
    names = {
        "queued": ("drain, {} single samples queued", "messages/s"),
        "memory, queued": ("most memory of the worker, {} queued", "MB"),
        "broker, queued": ("most memory of the broker, {} queued", "MB"),
    }
    return [
        alone(name.format(f"{queued:,}"), unit, series[key])
        for key, (name, unit) in names.items()
        if series[key]
    ]
