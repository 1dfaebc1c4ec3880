"""The matrix: every fault with every seed, as a table and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from statistics import median

from rich.console import Console
from rich.table import Table

from simulators.faults.catalogue import MATRIX
from simulators.faults.scene import Fault
from simulators.faults.verdict import Verdict

Task = tuple[str, int]
"""Name of a fault and seed."""
COLUMNS = ("seeds", "promised", "stored", "lost", "doubled", "foreign", "again", "normal", "MB", "verdict")


class UnknownFaultError(Exception):
    """No fault has this name; the message lists those there are."""


def choose_faults(names: Iterable[str]) -> list[Fault]:
    """The faults of these names, or all.

    Raises
    ------
    UnknownFaultError
        One of the names is not in the matrix.
    """
    known = {fault.name: fault for fault in MATRIX}
    names = list(names)
    if strangers := [name for name in names if name not in known]:
        raise UnknownFaultError(f"no fault is called {', '.join(strangers)}; there are: {', '.join(known)}")
    return [known[name] for name in names] or list(MATRIX)


def list_tasks(faults: list[Fault], seeds: int, first_seed: int = 1) -> list[Task]:
    """Every fault with its first seed, then with its second: whenever it is stopped, each row has its share."""
    return [(fault.name, first_seed + run) for run in range(seeds) for fault in faults]


def print_table(verdicts: list[Verdict], seeds: int, console: Console) -> None:
    """One line a fault, over all its seeds; then what was measured besides, and every complaint."""
    table = Table(title="Faults, compared row by row")
    table.add_column("fault", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    rows = {fault.name: [verdict for verdict in verdicts if verdict.fault == fault.name] for fault in MATRIX}
    for name, runs in rows.items():
        if runs:
            table.add_row(name, *_summarize(runs, seeds))
    console.print(table)
    for name, runs in rows.items():
        for line in _measure(runs):
            console.print(f"{name}: {line}", soft_wrap=True)
    for verdict in verdicts:
        for complaint in verdict.complaints:
            console.print(f"{verdict.fault}, seed {verdict.seed}: {complaint}", soft_wrap=True)


def to_json(verdicts: list[Verdict]) -> str:
    return json.dumps([asdict(verdict) | {"passed": verdict.passed} for verdict in verdicts], indent=1)


def describe(verdict: Verdict) -> str:
    """A run in one line."""
    if verdict.skipped:
        return f"{verdict.fault} seed {verdict.seed}: skipped, {verdict.skipped}"
    return (
        f"{verdict.fault} seed {verdict.seed}: promised {verdict.published}, stored {verdict.stored}, "
        f"lost {verdict.lost}, doubled {verdict.doubled}, normal after {verdict.recovery_seconds:.1f} s"
        + "".join(f"; {complaint}" for complaint in verdict.complaints)
    )


def _summarize(runs: list[Verdict], seeds: int) -> list[str]:
    done = [run for run in runs if not run.skipped]
    counts = [
        sum(getattr(run, name) for run in done)
        for name in ("published", "stored", "lost", "doubled", "foreign", "redelivered")
    ]
    share = str(len(done)) if len(done) == seeds else f"{len(done)} of {seeds}"
    slowest = max((run.recovery_seconds for run in done), default=0.0)
    memory = max((run.peak_megabytes for run in done), default=0.0)
    return [share, *(f"{count:,}" for count in counts), f"{slowest:.1f} s", f"{memory:.0f}", _judge(done)]


def _judge(done: list[Verdict]) -> str:
    if not done:
        return "skipped"
    if not done[0].strict:
        return "report only"
    failed = sum(not run.passed for run in done)
    return f"FAILED {failed}" if failed else "passed"


def _measure(runs: list[Verdict]) -> Iterable[str]:
    told = [seconds for run in runs for seconds in run.told_seconds]
    shown = [seconds for run in runs for seconds in run.shown_seconds]
    pauses = [run.pause_seconds for run in runs if run.pause_seconds is not None]
    if picked_up := [seconds for run in runs for seconds in run.picked_up_seconds]:
        yield f"{len(picked_up)} shares of a dead process picked up after {_spread(picked_up)}"
    if told:
        yield f"{len(told)} fires told on the topic after {_spread(told)}"
    if shown:
        yield f"{len(shown)} fires shown by the API after {_spread(shown)}"
    if pauses:
        yield f"nothing was stored for {_spread(pauses)}"
    if forfeited := sum(run.forfeited for run in runs):
        yield f"{forfeited:,} readings were destroyed by the fault itself"
    if skipped := {run.skipped for run in runs if run.skipped}:
        yield f"skipped, {'; '.join(sorted(skipped))}"


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.3f} s (median), {max(seconds):.3f} s (most)"
