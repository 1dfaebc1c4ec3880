"""``fengsui replay``: run the rules again over what has been measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.exits import DeployError

HERE = Path("-")


def replay(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="Readings: CSV, or a JSON object a line."),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="Begin of a span of the tables, e.g. 2026-11-23T08:00:00+08:00."),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Its end; else now.")] = None,
    building: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    rules: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Parameters to try; else those that are set."),
    ] = None,
    warm_up: Annotated[
        float, typer.Option(min=0.0, help="Minutes before the span in which the rules learn what is usual.")
    ] = 60.0,
    fires: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of real fires, laid out like NIST's tests."),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option("--json", dir_okay=False, help="Write the result there too; - for here, alone."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the noise in the quiet before each real fire.")] = 1,
) -> None:
    """Run the same rules again over a span of the tables, over a file, or over real fires.

    Over the tables (--from, --to) it tells what would be raised and how that differs from the alerts there were, with
    the parameters that are set or others; what arrived more than a day late is left out. A file has the columns
    building, device, channel, ts, value and, if known, received_at. Over --fires it counts who was warned how early.

    Example: fengsui replay --from 2026-11-23T00:00:00+08:00 --building LS-TOWER --rules trial.toml

    Example: fengsui replay --fires nist_smoke_alarms --json fires.json
    """
    if sum(source is not None for source in (file, from_, fires)) != 1:
        raise typer.BadParameter("say what to replay: a FILE, --from and --to, or --fires FOLDER")
    if fires is not None:
        replay_fires(fires, json, seed)
    else:
        replay_stream(file, from_, to, building or [], rules, warm_up, json)


def replay_stream(
    file: Path | None,
    from_: str | None,
    to: str | None,
    buildings: list[str],
    rules: Path | None,
    warm_up: float,
    json: Path | None,
) -> None:
    """Print what the rules would raise over a span of the tables or over a file."""
    import time

    from deploy.replay_history import Question, make_span, minutes, replay_file, replay_tables
    from deploy.replay_report import describe_report
    from deploy.rules import read_parameters
    from deploy.stack import running_settings
    from schemas.settings import load_settings

    parameters, settings = read_parameters(rules), running_settings(load_settings())
    if file is not None:
        report = replay_file(settings, parameters, file)
    else:
        end = round(time.time() * 1e6) if to is None else _read_time("--to", to)
        span = make_span(_read_time("--from", from_ or ""), end, buildings)
        report = replay_tables(settings, parameters, Question(span, minutes(warm_up)))
    if json == HERE:
        typer.echo(report.model_dump_json(indent=1))
        return
    typer.echo("\n".join(describe_report(report)))
    if json is not None:
        json.write_text(report.model_dump_json(indent=1))


def _read_time(option: str, text: str) -> int:
    from schemas.messages import parse_timestamp

    try:
        return round(parse_timestamp(text).timestamp() * 1e6)
    except ValueError as error:
        raise typer.BadParameter(f"{option} {error}") from error


def replay_fires(folder: Path, json: Path | None, seed: int) -> None:
    """Print the table of a folder of real fires."""
    from rich.console import Console

    from rules.engine import Engine
    from simulators.trials.real_fire_report import print_fires, render_json
    from simulators.trials.real_fire_scores import score_fire
    from simulators.trials.real_fires import NoFiresError, read_fires

    try:
        scores = [score_fire(fire, Engine, seed) for fire in read_fires(folder)]
    except NoFiresError as error:
        raise DeployError(str(error)) from error
    if json == HERE:
        typer.echo(render_json(scores))
        return
    print_fires(scores, Console(highlight=False, width=150))
    if json is not None:
        json.write_text(render_json(scores))
