"""``fengsui bench``: opens the servers to measure on and hands them over; what is measured is in `simulators`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.exits import DeployError

if TYPE_CHECKING:
    from schemas.settings import Settings
    from simulators.benchmarks.figures import Figure

bench_app = typer.Typer(help="Measure us and a yardstick, alternately, in one run.", no_args_is_help=True)

JsonFile = Annotated[Path | None, typer.Option("--json", dir_okay=False, help="Write the figures there too.")]
Runs = Annotated[int, typer.Option(min=1, help="Medians are over so many runs.")]
Quick = Annotated[bool, typer.Option(help="A tenth of everything: to see that it works, not how fast it is.")]


@bench_app.command("ingest")
def bench_ingest(
    json: JsonFile = None,
    runs: Runs = 3,
    quick: Quick = False,
    filled: Annotated[float, typer.Option(min=0, help="Million rows in the table that is not empty.")] = 5,
    queued: Annotated[
        int, typer.Option(min=0, help="Drain so many messages once, for the memory it takes.")
    ] = 0,
    node_red: Annotated[
        bool, typer.Option("--node-red", help="Node-RED's usual flow too; npm installs it at the first time.")
    ] = False,
) -> None:
    """How fast a worker gets through a backlog: against COPY, a bare subscriber and the textbooks.

    Example: fengsui bench ingest --runs 5 --filled 50 --queued 1000000 --node-red --json ingest.json
    """
    from simulators.benchmarks.ingest import Size, measure_ingest

    asked = Size(filled_rows=round(filled * 1_000_000), queued=queued, with_node_red=node_red)
    size = asked.divided(10 if quick else 1)
    _measure(lambda settings: measure_ingest(settings, size, runs), json)


@bench_app.command("rules")
def bench_rules(
    json: JsonFile = None,
    runs: Runs = 3,
    quick: Quick = False,
    million: Annotated[
        bool, typer.Option(help="A million sensors too, once; takes two gigabytes of memory.")
    ] = True,
) -> None:
    """What judging a reading costs: the whole catalogue over columns against the same rules in plain Python.

    Example: fengsui bench rules --json rules.json
    """
    from simulators.benchmarks.children import BenchmarkError
    from simulators.benchmarks.quarter import Crowd
    from simulators.benchmarks.rules import measure_rules

    crowd = Crowd(10_000, 1_000) if quick else Crowd()
    try:
        figures = measure_rules(crowd, runs, million and not quick)
    except BenchmarkError as error:
        raise DeployError(str(error)) from error
    _conclude(figures, json)


@bench_app.command("latency")
def bench_latency(json: JsonFile = None, runs: Runs = 3, quick: Quick = False) -> None:
    """How long from publication to commit, and from a fire to the alerts API.

    Example: fengsui bench latency --runs 1 --json latency.json
    """
    from simulators.benchmarks.latency import Course, measure_latency

    course = Course(seconds=2, fires=5) if quick else Course()
    _measure(lambda settings: measure_latency(settings, course, runs), json)


@bench_app.command("soak")
def bench_soak(
    json: JsonFile = None,
    minutes: Annotated[int, typer.Option(min=2, help="How long.")] = 10,
    rate: Annotated[int, typer.Option(min=1, help="Messages a second.")] = 2000,
) -> None:
    """Whether a worker's memory stays as it is under an even load, and its latency with it.

    Example: fengsui bench soak --minutes 10 --rate 2000 --json soak.json
    """
    from simulators.benchmarks.soaking import Soak, measure_soak

    _measure(lambda settings: measure_soak(settings, Soak(minutes, rate=rate)), json)


@bench_app.command("slow")
def bench_slow(
    json: JsonFile = None,
    runs: Runs = 1,
    quick: Quick = False,
    buildings: Annotated[int, typer.Option(min=20, help="Of 50 sensors each.")] = 2_000,
    interval: Annotated[float, typer.Option(min=1, help="Seconds between a sensor's readings.")] = 10.0,
) -> None:
    """What the slow work of an hour takes for a city, and what it takes from whoever stores readings.

    Example: fengsui bench slow --json slow.json
    """
    from simulators.benchmarks.slow import measure_slow
    from simulators.benchmarks.slow_city import SlowCity

    city = SlowCity(buildings // (10 if quick else 1), interval)
    _measure(lambda settings: measure_slow(settings, city, runs), json)


@bench_app.command("api")
def bench_api(
    json: JsonFile = None,
    runs: Runs = 1,
    quick: Quick = False,
    alerts: Annotated[int, typer.Option(min=1_000, help="In the tables.")] = 1_000_000,
    buildings: Annotated[int, typer.Option(min=100, help="Of ten devices each.")] = 2_000,
) -> None:
    """What desks ask of the API with a million alerts in the tables, beside a bare route with the same bytes.

    Example: fengsui bench api --json api.json
    """
    from simulators.benchmarks.alert_city import AlertCity
    from simulators.benchmarks.desks import DeskLoad, measure_desks

    city = AlertCity(2_000, 100, 1) if quick else AlertCity(alerts, buildings)
    load = DeskLoad(0.3, 1, 20, 20) if quick else DeskLoad()
    _measure(lambda settings: measure_desks(settings, city, load, runs), json)


def _measure(measurement: Callable[[Settings], list[Figure]], file: Path | None) -> None:
    import logging

    from simulators.benchmarks.children import BenchmarkError

    # Our subscriber comes and goes on purpose; that it lost the broker is no news.
    logging.basicConfig(level=logging.ERROR)
    try:
        with _bench_settings() as settings:
            figures = measurement(settings)
    except BenchmarkError as error:
        raise DeployError(str(error)) from error
    _conclude(figures, file)


def _conclude(figures: list[Figure], file: Path | None) -> None:
    from rich.console import Console

    from simulators.benchmarks.figures import print_figures, write_figures

    print_figures(figures, Console(highlight=False, width=140))
    if file is not None:
        write_figures(figures, file)


@contextmanager
def _bench_settings() -> Iterator[Settings]:
    """Servers named in the environment, else our own in a folder that is thrown away."""
    import tempfile

    from deploy.stack import embedded_services
    from schemas.settings import load_settings

    with tempfile.TemporaryDirectory(prefix="fengsui-bench-", ignore_cleanup_errors=True) as folder:
        # The database runs as an unprivileged account, which has to reach its folder.
        Path(folder).chmod(0o755)
        with embedded_services(load_settings(data_dir=Path(folder) / "data")) as settings:
            yield settings
