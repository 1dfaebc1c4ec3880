"""The tables' figures as Prometheus metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.connections import Lender
from api.status_store import (
    Devices,
    Totals,
    WorkerState,
    count_devices,
    count_open,
    count_refused,
    read_totals,
    read_workers,
)
from schemas.domain import Outcome, SignalClass

_READING_OUTCOMES = ("stored", "duplicate", "conflict", "rejected")
SCRAPE_SECONDS = 5.0


@dataclass(frozen=True)
class Figures:
    """One look at everything that is counted."""

    totals: list[Totals]
    workers: list[WorkerState]
    alerts_open: dict[SignalClass, int]
    devices: Devices
    refused: dict[str, int]


async def read_figures(connections: Lender) -> Figures:
    """Look now; raises what `Lender.borrow` raises."""
    async with connections.borrow(SCRAPE_SECONDS) as connection:
        return Figures(
            await read_totals(connection),
            await read_workers(connection),
            await count_open(connection),
            await count_devices(connection),
            await count_refused(connection),
        )


class FigureCollector(Collector):
    """Turns figures into metrics; without figures it says that the database is down, and nothing else."""

    def __init__(self, figures: Figures | None) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily(
            "fengsui_database_up",
            "Whether the database answered this scrape",
            float(self._figures is not None),
        )
        if self._figures is not None:
            yield from _show_totals(self._figures.totals)
            yield from _show_workers(self._figures.workers)
            yield from _show_states(self._figures)


def _show_totals(totals: list[Totals]) -> Iterator[Metric]:
    outcomes = [str(outcome) for outcome in Outcome]
    yield from _show_flow("messages", "MQTT messages", outcomes, totals)
    yield from _show_flow("readings", "Samples in these messages", _READING_OUTCOMES, totals)


def _show_flow(what: str, words: str, outcomes: Iterable[str], totals: list[Totals]) -> Iterator[Metric]:
    """Received, and the same by outcome: the sum over `outcome` equals what was received."""
    received = CounterMetricFamily(f"fengsui_{what}_received", f"{words} received", labels=["worker"])
    ended = CounterMetricFamily(
        f"fengsui_{what}", f"{words} by what became of them", labels=["worker", "outcome"]
    )
    for row in totals:
        received.add_metric([row.worker], getattr(row, f"{what}_received"))
        for outcome in outcomes:
            ended.add_metric([row.worker, outcome], getattr(row, f"{what}_{outcome}"))
    yield received
    yield ended


def _show_workers(workers: list[WorkerState]) -> Iterator[Metric]:
    lag = GaugeMetricFamily(
        "fengsui_ingest_lag_seconds", "Age of the oldest message not yet committed", labels=["worker"]
    )
    age = GaugeMetricFamily(
        "fengsui_worker_heartbeat_age_seconds", "Time since the worker's sign of life", labels=["worker"]
    )
    connected = GaugeMetricFamily(
        "fengsui_broker_connected", "Whether the worker is connected to the broker", labels=["worker"]
    )
    for worker in workers:
        lag.add_metric([worker.worker], worker.lag_seconds)
        age.add_metric([worker.worker], worker.heartbeat_age_seconds)
        connected.add_metric([worker.worker], float(worker.broker_connected))
    yield from (lag, age, connected)


def _show_states(figures: Figures) -> Iterator[Metric]:
    alerts = GaugeMetricFamily("fengsui_alerts_open", "Open alerts", labels=["class"])
    for signal_class, count in figures.alerts_open.items():
        alerts.add_metric([signal_class], count)
    devices = GaugeMetricFamily("fengsui_devices", "Devices in service by state", labels=["state"])
    for state in ("online", "silent", "never_seen"):
        devices.add_metric([state], getattr(figures.devices, state))
    refused = CounterMetricFamily("fengsui_quarantine_messages", "Messages refused", labels=["reason"])
    for reason, count in figures.refused.items():
        refused.add_metric([reason], count)
    yield from (alerts, devices, refused)
