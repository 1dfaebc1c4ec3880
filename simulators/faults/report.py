"""The matrix: every fault with every seed, as a table and for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from schemas.settings import Settings
from simulators.faults.catalogue import MATRIX
from simulators.faults.run import run_fault
from simulators.faults.scene import Fault, Servers
from simulators.faults.verdict import Verdict

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


def run_matrix(
    faults: list[Fault],
    seeds: int,
    servers: Servers,
    settings: Settings,
    *,
    readings: int,
    say: Callable[[str], None],
) -> Iterator[Verdict]:
    """Run each fault with seeds 1 to `seeds`, telling each result as it comes."""
    for fault in faults:
        for seed in range(1, seeds + 1):
            verdict = run_fault(fault, seed, servers, settings, readings=readings)
            say(_describe(verdict))
            yield verdict


def print_table(verdicts: list[Verdict], console: Console) -> None:
    """One line a fault, over all its seeds."""
    table = Table(title="Faults, compared row by row")
    table.add_column("fault", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for name in dict.fromkeys(verdict.fault for verdict in verdicts):
        table.add_row(name, *_summarize([verdict for verdict in verdicts if verdict.fault == name]))
    console.print(table)
    for verdict in verdicts:
        for complaint in verdict.complaints:
            console.print(f"{verdict.fault}, seed {verdict.seed}: {complaint}")


def to_json(verdicts: list[Verdict]) -> str:
    return json.dumps([asdict(verdict) | {"passed": verdict.passed} for verdict in verdicts], indent=1)


def _summarize(runs: list[Verdict]) -> list[str]:
    counts = [
        sum(getattr(run, name) for run in runs)
        for name in ("published", "stored", "lost", "doubled", "foreign", "redelivered")
    ]
    slowest = max(run.recovery_seconds for run in runs)
    memory = max(run.peak_megabytes for run in runs)
    passed = "passed" if all(run.passed for run in runs) else "FAILED"
    word = passed if runs[0].strict else "report only"
    return [str(len(runs)), *(f"{count:,}" for count in counts), f"{slowest:.1f} s", f"{memory:.0f}", word]


def _describe(verdict: Verdict) -> str:
    return (
        f"{verdict.fault} seed {verdict.seed}: promised {verdict.published}, stored {verdict.stored}, "
        f"lost {verdict.lost}, doubled {verdict.doubled}, normal after {verdict.recovery_seconds:.1f} s"
        + "".join(f"; {complaint}" for complaint in verdict.complaints)
    )
