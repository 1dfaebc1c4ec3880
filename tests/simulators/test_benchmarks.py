"""The benchmarks do the work whose speed they report; how fast they are on this machine nobody asks here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.settings import Settings
from simulators.benchmarks.backlog import SAMPLES_IN_MESSAGE, Backlog
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.figures import Figure, compare, write_figures
from simulators.benchmarks.filling import fill_readings, require_room
from simulators.benchmarks.ground import Ground, open_ground, read_sensors
from simulators.benchmarks.ingest import Size, measure_ingest
from simulators.benchmarks.latency import Course, measure_latency
from simulators.benchmarks.publishing import publish_backlog
from simulators.benchmarks.quarter import Crowd
from simulators.benchmarks.rules import measure_rules
from simulators.benchmarks.sessions import close_session, name_worker_client
from simulators.benchmarks.sharing import open_share_sessions
from simulators.benchmarks.singles import PAIR
from simulators.benchmarks.slow import measure_slow
from simulators.benchmarks.slow_city import SlowCity
from simulators.benchmarks.soaking import Looks, Soak, measure_soak
from simulators.benchmarks.working import drain_backlog

START_MS = 1_795_000_000_000


@pytest.fixture(scope="module")
def ground(services: Settings) -> Iterator[Ground]:
    with open_ground(services) as ground:
        yield ground


def assert_positive(figures: list[Figure]) -> None:
    assert all(figure.value > 0 for figure in figures), figures
    assert all(figure.ratio is None or figure.ratio > 0 for figure in figures), figures


def list_yardsticks(figures: list[Figure]) -> set[str]:
    return {figure.yardstick for figure in figures if figure.yardstick}


def test_every_row_of_a_backlog_is_in_the_table_once_when_two_workers_have_drained_their_halves(
    ground: Ground,
) -> None:
    ground.clear(readings=True)
    open_share_sessions(ground, PAIR)
    with ground.connect() as connection:
        backlog = Backlog(ground.settings.topic_root, 400, single=False, start_ms=0)
        row = connection.execute("SELECT extract(epoch FROM now()) * 1000").fetchone()
        assert row is not None
        backlog = backlog.starting_at(int(row[0]) - backlog.span_ms)
        publish_backlog(ground.settings, backlog)
        drained = drain_backlog(ground, backlog, PAIR)
        counted = connection.execute("SELECT count(*) FROM readings").fetchone()
        received = connection.execute(
            "SELECT worker, messages_received FROM ingest_totals ORDER BY worker"
        ).fetchall()
    for share in PAIR:
        close_session(ground.settings, name_worker_client(ground.settings, share))
    assert counted == (drained.rows,) == (400 * SAMPLES_IN_MESSAGE,)
    assert received == [("bench-1", 200), ("bench-2", 200)]
    assert drained.seconds > 0
    assert drained.transactions >= 2


def test_a_backlog_that_nobody_hears_is_no_backlog(ground: Ground) -> None:
    with pytest.raises(BenchmarkError):
        publish_backlog(ground.settings, Backlog(ground.settings.topic_root, 10, True, START_MS))


def test_a_table_is_filled_with_as_many_rows_as_were_asked_for(ground: Ground) -> None:
    ground.clear(readings=True)
    fill_readings(ground, 210_000, START_MS)
    with ground.connect() as connection:
        row = connection.execute("SELECT count(*), count(DISTINCT sensor_id) FROM readings").fetchone()
        assert row == (210_000, len(read_sensors(connection)))


def test_ingest_is_measured_against_copy_a_bare_subscriber_and_the_textbooks(settings: Settings) -> None:
    size = Size(singles=800, samples=10_000, filled_rows=20_000, queued=1_000)
    figures = measure_ingest(settings, size, runs=1)
    assert_positive(figures)
    assert list_yardsticks(figures) == {
        "bare subscriber",
        "executemany of 500",
        "INSERT and commit each",
        "COPY, same table",
        "COPY, no index",
        "same into an empty one",
        "one worker",
        "alone",
    }


def test_a_disk_without_room_is_said_before_a_table_is_filled(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="GB are free"):
        require_room(tmp_path, 10**12)


def test_the_rules_are_measured_against_a_loop_that_finds_the_same_alerts() -> None:
    figures = measure_rules(Crowd(sensors=4_000, batch=1_000), runs=1, million=False)
    assert_positive(figures)
    assert list_yardsticks(figures) == {"the same rules, reading by reading"}


def test_latency_is_measured_to_the_commit_and_to_the_alerts_api(settings: Settings) -> None:
    figures = measure_latency(settings, Course(rates=(40,), seconds=2, fires=2), runs=1)
    assert_positive(figures)
    names = {figure.name for figure in figures}
    assert {"commit at 40/s, p50", "commit at 40/s, p99", "fire told by the API, p99"} <= names


def test_a_soak_tells_the_memory_of_the_worker_and_how_it_grows(settings: Settings) -> None:
    soak = Soak(spells=2, spell_seconds=2, rate=20, look_seconds=0.2)
    figures = {figure.name: figure.value for figure in measure_soak(settings, soak)}
    assert figures["memory of the worker, most"] >= figures["memory of the worker, at the end"] > 10
    assert figures["commit at 20/s, p99"] >= figures["commit at 20/s, p50"] > 0
    assert "growth after the first spell" in figures


def test_growth_is_the_slope_of_what_was_seen_after_the_first_spell() -> None:
    looks = Looks([0, 30, 60, 90, 120], [10, 80, 100, 101, 102])
    assert looks.slope_from(2) == pytest.approx(2)


def test_a_ratio_is_the_median_of_the_ratios_of_each_run(tmp_path: Path) -> None:
    figure = compare("x", "rows/s", [100, 50, 80], "y", [200, 100, 100])
    assert (figure.value, figure.ratio) == (80, 0.5)
    write_figures([figure], tmp_path / "figures.json")
    assert json.loads((tmp_path / "figures.json").read_text()) == [
        {"name": "x", "value": 80, "unit": "rows/s", "yardstick": "y", "ratio": 0.5}
    ]


def test_the_slow_work_of_an_hour_is_done_for_every_building(services: Settings) -> None:
    figures = measure_slow(services, SlowCity(buildings=20, interval_seconds=600.0), 1, copy_seconds=0.5)
    assert {figure.name for figure in figures} >= {"readings in the hour", "risk", "all of it"}
    assert_positive([figure for figure in figures if figure.name != "slower for it, over an hour"])
    assert list_yardsticks(figures) == {"COPY alone", "without it"}
