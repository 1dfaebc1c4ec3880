"""``fengsui replay``: run the rules again over what has been measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.exits import DeployError


def replay(
    fires: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of real fires, laid out like NIST's tests."),
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Write the result there too.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the noise in the quiet before each fire.")] = 1,
) -> None:
    """Run the rules over real fires and count: who was warned, how long before the real alarms, and what was false.

    Example: fengsui replay --fires nist_smoke_alarms --json fires.json
    """
    if fires is None:
        raise typer.BadParameter("say what to replay: --fires FOLDER")
    replay_fires(fires, json, seed)


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
    print_fires(scores, Console(highlight=False, width=150))
    if json is not None:
        json.write_text(render_json(scores))
