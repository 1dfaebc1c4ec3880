"""``fengsui accept``: show that the service sees what it must, in time, and is quiet where nothing happens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.exits import DeployError, ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from simulators.acceptance.live.scores import LiveScore
    from simulators.acceptance.report import Report
    from simulators.acceptance.suite import Outcomes, Step
    from simulators.scenarios.scenario import Scenario

Folder = Annotated[
    Path,
    typer.Option("--report", file_okay=False, help="Where the page, JUnit XML and JSON go."),
]


def accept(
    report: Folder = Path("acceptance"),
    building: Annotated[
        list[str] | None, typer.Option(help="Only scenarios of this building; give it again for another.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(help="Only scenarios of this name, * for any; give it again.")
    ] = None,
    scenarios: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="A folder of scenarios instead of the library."),
    ] = None,
    days: Annotated[int, typer.Option(min=0, help="Days of ordinary life; 0 for none.")] = 30,
    buildings: Annotated[int, typer.Option(min=1, help="In how many buildings.")] = 20,
    interval: Annotated[
        float, typer.Option(min=5.0, max=20.0, help="Seconds between two samples in ordinary life.")
    ] = 20.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same life.")] = 1,
    fires: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Measured fires too: a folder laid out like NIST's."),
    ] = None,
    mutations: Annotated[
        bool,
        typer.Option("--mutations", help="Also show that a scenario fails when a rule or number is wrong."),
    ] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many processes work; else one for each core.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="A running service, by the URL of its API: played in real time instead."),
    ] = None,
    broker: Annotated[
        str | None, typer.Option(help="With --against: the broker, like mqtts://user:secret@broker:8883.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="With --against: the API key, if the service asks for one.")
    ] = None,
) -> None:
    """Play all scenarios and a month of ordinary life, and write a report that can be signed.

    Exit status 0 says that everything was as it must be. With --against the scenarios that last minutes are played
    through broker, database and API of a running service, by test devices in a building of their own that are marked
    as under test and taken out of service afterwards.

    Examples: fengsui accept · fengsui accept --against http://127.0.0.1:8000
    """
    import os
    import time

    from rich.console import Console

    console = Console(highlight=False)
    chosen = _choose(scenarios, scenario, building)
    begins = time.monotonic()
    if against is not None:
        made = _play_live(chosen, against, broker, key, begins)
    else:
        work = processes or os.cpu_count() or 1
        outcomes = _play(chosen, days, buildings, interval, seed, mutations, fires, work)
        made = _report(outcomes, time.monotonic() - begins)
    write_files(made, report)
    tell(made, report, console)
    if not made.passed:
        raise typer.Exit(ExitStatus.FAILED)


def _choose(folder: Path | None, names: list[str] | None, buildings: list[str] | None) -> list[Scenario]:
    from fnmatch import fnmatchcase

    from simulators.scenarios.scenario_file import ScenarioError, read_folder, read_library

    try:
        found = read_library() if folder is None else read_folder(folder)
    except ScenarioError as error:
        raise DeployError(str(error)) from error
    chosen = [
        one
        for one in found
        if (not names or any(fnmatchcase(one.name, name) for name in names))
        and (not buildings or one.building in buildings)
    ]
    if not chosen:
        raise DeployError(f"no scenario is left; there are {', '.join(sorted(one.name for one in found))}")
    return chosen


def _play(
    chosen: Sequence[Scenario],
    days: int,
    buildings: int,
    interval: float,
    seed: int,
    mutations: bool,
    fires: Path | None,
    processes: int,
) -> Outcomes:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from simulators.acceptance.measured_fires import play_fires
    from simulators.acceptance.month import cut_month
    from simulators.acceptance.operation.operating import plan_operation
    from simulators.acceptance.suite import run_suite
    from simulators.scenarios.mutations import list_mutants
    from simulators.trials.real_fires import NoFiresError

    life = cut_month(buildings, days, seed, processes, interval) if days else []
    operation = plan_operation(buildings, days, seed) if days else []
    mutants = [*list_mutants()] if mutations else []
    columns = (
        TextColumn("{task.percentage:3.0f} %"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("", total=1.0)

        def tell_step(step: Step) -> None:
            progress.update(task, completed=step.share)
            if step.said:
                progress.update(task, description=step.said)

        outcomes = run_suite(chosen, [*life, *operation], mutants, processes, tell_step)
    if fires is not None:
        try:
            outcomes.results += play_fires(fires)
        except NoFiresError as error:
            raise DeployError(str(error)) from error
    return outcomes


def _report(outcomes: Outcomes, seconds: float) -> Report:
    from datetime import UTC, datetime
    from importlib.metadata import version

    from simulators.acceptance.report import Report
    from simulators.acceptance.scores import score_promises, score_rules

    return Report(
        datetime.now(UTC).astimezone(),
        version("fengsui"),
        outcomes.results,
        score_rules(outcomes.results, outcomes.cries, outcomes.operation),
        score_promises(outcomes.results),
        outcomes.cries,
        outcomes.operation,
        outcomes.mutations,
        seconds=seconds,
        life_seconds=outcomes.life_seconds,
    )


def _play_live(
    chosen: Sequence[Scenario], url: str, broker: str | None, key: str | None, begins: float
) -> Report:
    import signal
    import time
    from datetime import UTC, datetime
    from importlib.metadata import version

    import rich.progress

    from deploy.stack import running_settings
    from schemas.settings import load_settings
    from simulators.acceptance.live.cleaning import Address
    from simulators.acceptance.live.playing import play_live
    from simulators.acceptance.live.scores import score_live_promises
    from simulators.acceptance.live.sending import SendingError
    from simulators.acceptance.live.service import Service, ServiceError
    from simulators.acceptance.report import Report

    live = [one for one in chosen if one.live]
    if not live:
        raise DeployError("none of these scenarios can be played in real time (live = true)")
    settings = running_settings(load_settings())
    address = Address(
        Service(url, key or ""),
        broker or settings.mqtt_url or "",
        settings.topic_root,
        settings.database_url or "",
    )
    # Whoever ends us politely wants us to clean up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with rich.progress.Progress() as progress:
        task = progress.add_task("against the running service", total=1.0)
        try:
            score = play_live(live, address, lambda share, _: progress.update(task, completed=share))
        except (ServiceError, SendingError) as error:
            raise DeployError(str(error)) from error
    return Report(
        datetime.now(UTC).astimezone(),
        version("fengsui"),
        (),
        (),
        score_live_promises(score),
        live=score,
        seconds=time.monotonic() - begins,
    )


def write_files(report: Report, folder: Path) -> None:
    """Write the page, the JUnit file and the JSON file into a folder."""
    from simulators.acceptance.files import write_json, write_junit
    from simulators.acceptance.page import write_page

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(write_page(report), encoding="utf-8")
    (folder / "junit.xml").write_text(write_junit(report), encoding="utf-8")
    (folder / "report.json").write_text(write_json(report), encoding="utf-8")


def tell(report: Report, folder: Path, console: Console) -> None:
    """What matters, in a few lines."""
    from simulators.acceptance.files import tell_life, tell_operation

    for result in report.failed:
        console.print(f"[red]failed[/red] {result.name}: {'; '.join(result.problems)}")
    if report.live is not None:
        tell_live(report.live, console)
    for rule in report.slow_rules:
        console.print(f"[red]too slow[/red] {rule.rule_id}: {rule.allowed_by}")
    for outcome in report.unexplained:
        console.print(f"[red]unnoticed[/red] {outcome.mutant.name} → {outcome.mutant.value}")
    if report.results:
        passed = len(report.results) - len(report.failed)
        console.print(f"scenarios: {passed} of {len(report.results)} passed")
    if report.cries is not None:
        console.print(f"ordinary life: {tell_life(report.cries)}")
    for calls in report.operation:
        console.print(f"ordinary operation, {calls.part}: {tell_operation(calls)}")
    if report.life_seconds:
        console.print(f"the month took {report.life_seconds:.0f} s of computing")
    if report.mutations:
        noticed = sum(one.killed_by is not None for one in report.mutations)
        console.print(f"mutations: {noticed} of {len(report.mutations)} noticed")
    console.print(
        f"{'PASSED' if report.passed else 'FAILED'} in {report.seconds:.0f} s: {folder / 'report.html'}"
    )


def tell_live(live: LiveScore, console: Console) -> None:
    """What a running service did."""
    for result in live.results:
        said = "passed" if result.passed else "[red]failed[/red]"
        console.print(f"{said} {result.name}{': ' if result.problems else ''}{'; '.join(result.problems)}")
    for door in live.doors:
        console.print(f"{'passed' if door.refused else '[red]failed[/red]'} {door.what_en}: {door.answer}")
    if live.visible is not None:
        seen = live.visible
        console.print(
            f"published → visible: p50 {seen.p50:.2f} s, p95 {seen.p95:.2f} s, max {seen.longest:.2f} s"
        )
    console.print(
        f"messages: {live.published} published, {live.acknowledged} acknowledged, {live.receipted} receipted; "
        f"{live.left_open} alerts left open"
    )
