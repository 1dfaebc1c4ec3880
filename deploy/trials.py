"""``fengsui rules trial``: how the rules do on make-believe streams whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.exits import DeployError

trial_app = typer.Typer(
    help="Try the rules on ordinary life and on fires, beside a plain detector's fixed limits.",
    no_args_is_help=True,
)

JsonFile = Annotated[Path | None, typer.Option("--json", dir_okay=False, help="Write the result there too.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same stream.")]


@trial_app.command("life")
def trial_life(
    days: Annotated[float, typer.Option(min=0.01, help="How long life goes on.")] = 30.0,
    buildings: Annotated[
        int, typer.Option(min=1, help="How many buildings, of some fifty detectors each.")
    ] = 20,
    seed: Seed = 1,
    json: JsonFile = None,
) -> None:
    """Count what the rules raise where nothing burns: people cook, wash, smoke and mend, and sensors age.

    Example: fengsui rules trial life --days 30 --buildings 20 --json life.json
    """
    from rich.console import Console

    from rules.engine import Engine
    from simulators.trials.life_report import print_life, render_json
    from simulators.trials.ordinary_life import Town, score_life

    def tell_day(day: int) -> None:
        typer.echo(f"day {day} of {days:g} is over", err=True)

    score = score_life(Town(buildings, days, seed), Engine, tell_day)
    print_life(score, Console(highlight=False, width=120))
    if json is not None:
        json.write_text(render_json(score))


@trial_app.command("fires")
def trial_fires(
    count: Annotated[int, typer.Option(min=1, help="How many fires, one in each building.")] = 300,
    seed: Seed = 1,
    json: JsonFile = None,
) -> None:
    """Lay fires of five courses in rooms, corridors and stairs over ordinary life, and count who was warned when.

    Example: fengsui rules trial fires --count 300 --json fires.json
    """
    from rich.console import Console

    from rules.engine import Engine
    from simulators.trials.laid_fires import score_laid_fires
    from simulators.trials.laid_fires_report import print_laid_fires, render_json

    fires = score_laid_fires(count, Engine, seed)
    print_laid_fires(fires, Console(highlight=False, width=130))
    if json is not None:
        json.write_text(render_json(fires))


@trial_app.command("risk")
def trial_risk(
    buildings: Annotated[int, typer.Option(min=100, help="How many buildings a city has.")] = 2_000,
    years: Annotated[int, typer.Option(min=1, help="How many years, each of another city.")] = 5,
    seed: Seed = 1,
    json: JsonFile = None,
) -> None:
    """Let cities live for a year, and count which share of a week's fires was in the tenth of buildings named before.

    Example: fengsui rules trial risk --buildings 2000 --years 5 --json risk.json
    """
    from rich.console import Console

    from simulators.trials.risk_lift import print_lifts, render_json, score_risk

    lifts = score_risk(buildings, years, seed)
    print_lifts(lifts, Console(highlight=False, width=120))
    if json is not None:
        json.write_text(render_json(lifts))


@trial_app.command("water")
def trial_water(
    seeds: Annotated[int, typer.Option(min=1, help="How many incidents of each kind.")] = 50,
    days: Annotated[int, typer.Option(min=4, help="How long ordinary operation goes on.")] = 90,
    buildings: Annotated[int, typer.Option(min=1, help="In how many buildings.")] = 50,
    seed: Seed = 1,
    json: JsonFile = None,
) -> None:
    """Leaks, shut valves, empty tanks, dead gauges, pumps at fault: who is warned when, and what is cried for nothing.

    Example: fengsui rules trial water --seeds 50 --days 90 --buildings 50 --json water.json
    """
    from rich.console import Console

    from simulators.trials.water_report import print_trial, render_json
    from simulators.trials.water_trial import try_water

    def tell(progress: str) -> None:
        typer.echo(progress, err=True)

    trial = try_water(seeds, days, buildings, seed, tell)
    print_trial(trial, Console(highlight=False, width=150))
    if json is not None:
        json.write_text(render_json(trial))


@trial_app.command("curve")
def trial_curve(
    fires: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="Folder of real fires, laid out like NIST's tests."),
    ],
    days: Annotated[float, typer.Option(min=0.01, help="Ordinary life at each sensitivity.")] = 3.0,
    buildings: Annotated[int, typer.Option(min=1, help="How many buildings of ordinary life.")] = 10,
    sensitivity: Annotated[
        list[float] | None, typer.Option(help="A sensitivity to try; give it again for another.")
    ] = None,
    seed: Seed = 1,
    json: JsonFile = None,
    picture: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Draw it too: a .svg or .png file; needs matplotlib.")
    ] = None,
) -> None:
    """How early real fires are seen against how often ordinary life is taken for one, over a range of sensitivities.

    Example: fengsui rules trial curve --fires nist_smoke_alarms --days 3 --picture curve.svg
    """
    from rich.console import Console

    from simulators.trials.ordinary_life import Town
    from simulators.trials.real_fires import NoFiresError, read_fires
    from simulators.trials.sensitivity import SENSITIVITIES, trace
    from simulators.trials.sensitivity_report import NoPicturesError, draw_curve, print_curve, render_json

    def tell(progress: str) -> None:
        typer.echo(progress, err=True)

    try:
        points = trace(
            read_fires(fires), Town(buildings, days, seed), sensitivity or SENSITIVITIES, seed, tell=tell
        )
        print_curve(points, Console(highlight=False, width=130))
        if json is not None:
            json.write_text(render_json(points))
        if picture is not None:
            draw_curve(points, picture)
    except (NoFiresError, NoPicturesError) as error:
        raise DeployError(str(error)) from error


@trial_app.command("electrical")
def trial_electrical(
    seeds: Annotated[int, typer.Option(min=1, help="Incidents of each kind.")] = 50,
    days: Annotated[
        int, typer.Option(min=30, help="How long ordinary operation and slow failures go on.")
    ] = 90,
    buildings: Annotated[int, typer.Option(min=1, help="Buildings in ordinary operation.")] = 50,
    seed: Seed = 1,
    json: JsonFile = None,
) -> None:
    """Let insulation creep, joints loosen and batteries burn beside ordinary operation; count who was warned when.

    Example: fengsui rules trial electrical --seeds 50 --days 90 --buildings 50
    """
    from rich.console import Console

    from simulators.trials.electrical import Town, score_electrical
    from simulators.trials.electrical_report import print_electrical, render_json

    def tell(progress: str) -> None:
        typer.echo(progress, err=True)

    score = score_electrical(Town(seeds, days, buildings, seed), tell)
    print_electrical(score, Console(highlight=False, width=150))
    if json is not None:
        json.write_text(render_json(score))
