"""What desks ask of the API of a city with two years of alerts: lists, the feed, and the same again and again."""

from __future__ import annotations

import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from api.app import make_server
from schemas.settings import Settings
from simulators.benchmarks.alert_city import AlertCity, open_alert_city
from simulators.benchmarks.answering import Poll, Polled, bare_route, poll, serving
from simulators.benchmarks.changing import ChangeKind, Writing, changing
from simulators.benchmarks.children import run_apart
from simulators.benchmarks.figures import Figure, alone, compare
from simulators.benchmarks.ground import Ground
from simulators.benchmarks.listening import Crowd, measure_delays

SIZES, CONNECTIONS = (100, 1000), (1, 16)
DESKS = 200
CHANGES_A_SECOND = 50
# In which a process starts that asks.
SPARE_SECONDS = 10.0
# One of each filter; none of them has been asked before.
LISTS = (
    "open=all",
    "open=all&class=fire",
    "open=all&device=D150",
    "open=all&building=L7",
    "open=all&area=S3&class=warning",
    "open=all&area=G30",
    "open=all&rule=smoke_level_alarm",
    "open=all&verdict=real_fire",
    "open=all&assigned=%E8%AD%A6%E5%AE%98%203",
    "open=all&q=%E8%AD%A6%E5%AE%98%2033",
    "open=all&q=nothing-of-this-name",
    "open=all&order=newest&area=G31",
)
Series = defaultdict[str, list[float]]


@dataclass(frozen=True)
class DeskLoad:
    """How long each is asked for, and how many changes and raises are listened to."""

    seconds: float = 3.0
    looks: int = 10
    changes: int = 400
    storm: int = 1000


def measure_desks(settings: Settings, city: AlertCity, load: DeskLoad, runs: int) -> list[Figure]:
    """Each kind of request, beside a bare route with the same bytes where there is one."""
    series: Series = defaultdict(list)
    with open_alert_city(settings, city) as ground, serving(make_server(ground.settings)) as api:
        for _ in range(runs):
            _measure_cold(api, load, city, series)
            _measure_figures(api, load, series)
            for size in SIZES:
                _measure_beside_bare(ground, api, size, load, series)
            crowd = run_apart(poll, Poll(f"{api}/v1/alerts?limit=100", DESKS, load.seconds))
            series["desks"].append(crowd.rate)
            series["refused"].append(crowd.refused)
            _measure_listening(ground, api, load, series)
    return list(_conclude(series))


def _measure_cold(api: str, load: DeskLoad, city: AlertCity, series: Series) -> None:
    lists: list[float] = []
    pages: list[float] = []
    for look in range(load.looks):
        lists += [_time(f"{api}/v1/alerts?{query}&limit={100 - look}") for query in LISTS]
        after = city.alerts * (look + 1) // (load.looks + 1)
        pages.append(_time(f"{api}/v1/alerts/changes?after={after}&limit=100"))
    for name, found in (("list", lists), ("changes", pages)):
        for percent in (50, 99):
            series[f"{name} p{percent}"].append(float(np.percentile(found, percent)))


def _measure_figures(api: str, load: DeskLoad, series: Series) -> None:
    """What a supervisor asks once a day, each time of other days so that nothing is remembered."""
    today = datetime.now(UTC).date()
    for look in range(load.looks):
        last = today - timedelta(days=look + 1)
        span = f"from={last - timedelta(days=364)}&to={last}"
        series["response times"].append(_time(f"{api}/v1/response-times?{span}&by=both"))
        series["coverage"].append(_time(f"{api}/v1/coverage?least_online={0.9 + look / 1000}"))


def _time(url: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(url, timeout=60) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000


def _measure_beside_bare(ground: Ground, api: str, size: int, load: DeskLoad, series: Series) -> None:
    url = f"{api}/v1/alerts?limit={size}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        body, etag = answer.read(), answer.headers["ETag"]
    with bare_route(body, etag) as bare:
        for connections in CONNECTIONS:
            for name, tag in (("304", etag), ("200", None)):
                if name == "304" and size != SIZES[0]:
                    continue
                ours = _poll(url, connections, load, tag)
                theirs = _poll(bare, connections, load, tag)
                series[f"{name} {size} {connections}"].append(ours.rate)
                series[f"bare {name} {size} {connections}"].append(theirs.rate)
            with changing(ground.database_url, CHANGES_A_SECOND, load.seconds + SPARE_SECONDS):
                series[f"changing {size} {connections}"].append(_poll(url, connections, load, None).rate)


def _poll(url: str, connections: int, load: DeskLoad, etag: str | None) -> Polled:
    return run_apart(poll, Poll(url, connections, load.seconds, etag))


def _measure_listening(ground: Ground, api: str, load: DeskLoad, series: Series) -> None:
    for name, streams, desks, writing in (
        ("one", 1, 0, Writing(ChangeKind.COMMENT, 20, load.changes)),
        ("crowd", DESKS, DESKS, Writing(ChangeKind.COMMENT, 2, load.changes // 5)),
        ("storm", DESKS, DESKS, Writing(ChangeKind.FIRE, 100, load.storm)),
    ):
        crowd = Crowd(api, ground.database_url, streams, desks)
        delays = run_apart(measure_delays, crowd, writing)
        series[f"{name} p50"].append(float(np.percentile(delays.slowest, 50)))
        series[f"{name} p99"].append(float(np.percentile(delays.slowest, 99)))
        series[f"{name} last"].append(max(delays.last_at_streams))


def _conclude(series: Series) -> Iterator[Figure]:
    for name, words in (
        ("list", "list of any filter, first time"),
        ("changes", "100 changes from the middle"),
    ):
        for percent in (50, 99):
            yield alone(f"{words}, p{percent}", "ms", series[f"{name} p{percent}"])
    yield alone("response times of a year, by person and shift", "ms", series["response times"])
    yield alone("coverage of all buildings over a week", "ms", series["coverage"])
    for size in SIZES:
        for connections in CONNECTIONS:
            at = f"{connections} connection{'s' if connections > 1 else ''}"
            for name, words in (("304", "unchanged (304)"), ("200", f"{size:,} alerts unchanged")):
                bare = series[f"bare {name} {size} {connections}"]
                if bare:
                    ours = series[f"{name} {size} {connections}"]
                    yield compare(f"{words}, {at}", "1/s", ours, f"bare Starlette, {at}", bare)
            yield compare(
                f"{size:,} alerts, {CHANGES_A_SECOND} changes/s, {at}",
                "1/s",
                series[f"changing {size} {connections}"],
                f"bare Starlette, {at}",
                series[f"bare 200 {size} {connections}"],
            )
    yield alone(f"{DESKS} desks without a pause", "1/s", series["desks"])
    yield Figure("of these refused", max(series["refused"]), "")
    for name, words in (
        ("one", "commit to the client, one stream"),
        ("crowd", f"commit to the last of {DESKS} desks that wait and {DESKS} streams"),
    ):
        for percent in (50, 99):
            yield alone(f"{words}, p{percent}", "ms", series[f"{name} p{percent}"])
    yield alone("1,000 fires in 10 s, the last at every stream", "ms", series["storm last"])
