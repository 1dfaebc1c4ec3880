"""``fengsui chaos``: opens servers for each job and hands them over; what is broken is in `simulators.faults`."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.exits import ExitStatus

if TYPE_CHECKING:
    from simulators.faults.report import Task
    from simulators.faults.verdict import Verdict

# What the promise of one second is given when several runs, or other people, share the machine.
CROWDED_LIMIT_SECONDS = 3.0
ALONE_LIMIT_SECONDS = 1.0
WIDTH = 140


def chaos(
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each fault.")] = 20,
    first_seed: Annotated[int, typer.Option(min=1, help="Go on where a former matrix ended.")] = 1,
    fault: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    readings: Annotated[int, typer.Option(min=1000, help="The least number of readings in a run.")] = 5000,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Runs side by side, each on servers of its own; else one a core."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Write each run's figures here as it ends.")
    ] = None,
) -> None:
    """Break one thing after another under load and compare row by row what was sent with what is stored.

    Runs on databases and brokers of its own, in a folder that is thrown away. Stopped early, it shows what was
    done. Exit status 1 when anything was lost, doubled or out of balance, or not everything was run.

    Example: fengsui chaos --fault worker-sigkill --fault broker-sigkill --seeds 3 --jobs 2
    """
    from rich.console import Console

    from simulators.faults.report import UnknownFaultError, choose_faults, list_tasks, print_table

    try:
        faults = choose_faults(fault or [])
    except UnknownFaultError as error:
        raise typer.BadParameter(str(error)) from error
    tasks = list_tasks(faults, seeds, first_seed)
    n_jobs = min(jobs or os.cpu_count() or 1, len(tasks))
    verdicts = _run(tasks, n_jobs, readings, json_file)
    console = Console(highlight=False)
    # In a file or a pipe there is no screen whose width would matter.
    print_table(verdicts, seeds, console if console.is_terminal else Console(highlight=False, width=WIDTH))
    if len(verdicts) < len(tasks):
        typer.echo(f"stopped after {len(verdicts)} of {len(tasks)} runs")
    if len(verdicts) < len(tasks) or not all(verdict.passed for verdict in verdicts):
        raise typer.Exit(ExitStatus.FAILED)


def _run(tasks: list[Task], jobs: int, readings: int, json_file: Path | None) -> list[Verdict]:
    """Every verdict that was reached, also when told to stop before the last."""
    from deploy.chaos_jobs import Order, run_jobs
    from simulators.faults.report import describe, to_json

    verdicts: list[Verdict] = []
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    limit = ALONE_LIMIT_SECONDS if jobs == 1 else CROWDED_LIMIT_SECONDS
    with tempfile.TemporaryDirectory(prefix="fengsui-chaos-", ignore_cleanup_errors=True) as folder:
        # The servers run as an unprivileged account, which has to reach its folder.
        Path(folder).chmod(0o755)
        try:
            for verdict in run_jobs(tasks, jobs, Order(Path(folder), readings, limit)):
                verdicts.append(verdict)
                typer.echo(f"[{len(verdicts)}/{len(tasks)}] {describe(verdict)}")
                if json_file is not None:
                    _replace(json_file, to_json(verdicts))
        except KeyboardInterrupt:
            typer.echo("told to stop", err=True)
    return verdicts


def _replace(file: Path, text: str) -> None:
    """Whole or as before: a matrix that is stopped is still evidence."""
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.write_text(text)
    unfinished.replace(file)
