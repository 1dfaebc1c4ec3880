"""The benchmarks do the work whose speed they report; how fast they are on this machine nobody asks here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.settings import Settings
from simulators.benchmarks.backlog import SAMPLES_IN_MESSAGE, Backlog
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.figures import Figure, compare, write_figures
from simulators.benchmarks.ground import open_ground, read_sensors
from simulators.benchmarks.ingest import Size, measure_ingest
from simulators.benchmarks.latency import Course, measure_latency
from simulators.benchmarks.publishing import publish_backlog
from simulators.benchmarks.rules import Crowd, measure_rules
from simulators.benchmarks.sessions import close_worker_session, open_worker_session
from simulators.benchmarks.working import drain_backlog

START_MS = 1_795_000_000_000


def assert_positive(figures: list[Figure]) -> None:
    assert all(figure.value > 0 for figure in figures), figures
    assert all(figure.ratio is None or figure.ratio > 0 for figure in figures), figures


def list_yardsticks(figures: list[Figure]) -> set[str]:
    return {figure.yardstick for figure in figures if figure.yardstick}


@pytest.mark.parametrize("single", [True, False])
def test_every_row_of_a_backlog_is_in_the_table_when_a_worker_has_drained_it(
    settings: Settings, single: bool
) -> None:
    with open_ground(settings) as ground:
        open_worker_session(ground.settings)
        backlog = Backlog(ground.settings.topic_root, 400, single, 0)
        with ground.connect() as connection:
            row = connection.execute("SELECT extract(epoch FROM now()) * 1000").fetchone()
            assert row is not None
            backlog = backlog.starting_at(int(row[0]) - backlog.span_ms)
            publish_backlog(ground.settings, backlog)
            drained = drain_backlog(ground, backlog)
            counted = connection.execute("SELECT count(*) FROM readings").fetchone()
        close_worker_session(ground.settings)
    assert counted == (drained.rows,)
    assert drained.rows == 400 * (1 if single else SAMPLES_IN_MESSAGE)
    assert drained.seconds > 0
    assert drained.transactions > 0


def test_a_backlog_that_nobody_hears_is_no_backlog(settings: Settings) -> None:
    with open_ground(settings) as ground, pytest.raises(BenchmarkError):
        publish_backlog(ground.settings, Backlog(ground.settings.topic_root, 10, True, START_MS))


def test_ingest_is_measured_against_copy_a_bare_subscriber_and_the_textbooks(settings: Settings) -> None:
    figures = measure_ingest(settings, Size(singles=800, samples=10_000, filled_rows=20_000), runs=1)
    assert_positive(figures)
    assert list_yardsticks(figures) == {
        "bare subscriber",
        "executemany of 500",
        "INSERT and commit each",
        "COPY, same table",
        "COPY, no index",
        "same into an empty one",
    }


def test_a_table_is_filled_with_as_many_rows_as_were_asked_for(settings: Settings) -> None:
    with open_ground(settings) as ground:
        loading.fill_readings(ground, 10_000, START_MS)
        with ground.connect() as connection:
            row = connection.execute("SELECT count(*), count(DISTINCT sensor_id) FROM readings").fetchone()
            assert row == (10_000, len(read_sensors(connection)))


def test_the_rules_are_measured_against_a_loop_that_finds_the_same_alerts() -> None:
    figures = measure_rules(Crowd(sensors=4_000, batch=1_000), runs=1)
    assert_positive(figures)
    assert list_yardsticks(figures) == {"plain loop, same limits"}


def test_latency_is_measured_to_the_commit_and_to_the_alerts_api(settings: Settings) -> None:
    figures = measure_latency(settings, Course(rates=(10, 40), seconds=2, fires=2), runs=1)
    assert_positive(figures)
    names = {figure.name for figure in figures}
    assert {"commit at 10/s, p50", "commit at 40/s, p99", "fire told by the API, p99"} <= names


def test_a_ratio_is_the_median_of_the_ratios_of_each_run(tmp_path: Path) -> None:
    figure = compare("x", "rows/s", [100, 50, 80], "y", [200, 100, 100])
    assert (figure.value, figure.ratio) == (80, 0.5)
    write_figures([figure], tmp_path / "figures.json")
    assert json.loads((tmp_path / "figures.json").read_text()) == [
        {"name": "x", "value": 80, "unit": "rows/s", "yardstick": "y", "ratio": 0.5}
    ]
