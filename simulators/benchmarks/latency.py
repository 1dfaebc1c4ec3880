"""How long after its publication a reading is committed, and how long after it a fire is told."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from schemas.settings import Settings
from simulators.benchmarks.alerting import measure_alerts
from simulators.benchmarks.children import BenchmarkError, running_apart
from simulators.benchmarks.figures import Figure, alone, compare
from simulators.benchmarks.ground import Ground, open_ground, place_of
from simulators.benchmarks.pacing import Ear, Pace, listening, publish_paced
from simulators.benchmarks.processes import running_part
from simulators.benchmarks.sessions import clear_receipts, close_worker_session
from simulators.benchmarks.working import wait_until_listening

PATIENCE_SECONDS = 30.0
PERCENTILES = (50, 99)
# A receipt is held back while the device's last one is less than a second old; these devices never have to wait.
TURN_SECONDS = 2


@dataclass(frozen=True)
class Course:
    """How long each rate is kept up, and how many fires break out afterwards."""

    rates: tuple[int, ...] = (100, 2000)
    seconds: float = 20.0
    fires: int = 50


Series = defaultdict[str, list[float]]


def measure_latency(settings: Settings, course: Course, runs: int) -> list[Figure]:
    """One worker all along; at each rate first it, then a subscriber that does nothing, by turns."""
    series: Series = defaultdict(list)
    groups = list(_group_devices(course.rates))
    everybody = range(groups[-1].stop)
    rounds = max(1, round(course.seconds / TURN_SECONDS))
    with open_ground(settings, len(everybody)) as ground:
        with running_part(ground.settings, "ingest") as worker:
            wait_until_listening(ground, worker)
            for run in range(runs):
                for rate, devices in zip(course.rates, groups, strict=True):
                    pace = Pace(rate, rounds, 1 + run * rounds, devices)
                    _measure_pace(ground, pace, series, turned=run % 2 == 1)
                burning = everybody[run * course.fires : (run + 1) * course.fires]
                if len(burning) == course.fires:
                    _note(series, "fire", measure_alerts(ground, burning))
        close_worker_session(ground.settings)
        clear_receipts(ground.settings, [place_of(device) for device in everybody])
    return [figure for rate in course.rates for figure in _conclude(series, rate)] + _conclude_fires(series)


def _group_devices(rates: tuple[int, ...]) -> Iterator[range]:
    """Devices for each rate, so many that each speaks every other second."""
    start = 0
    for rate in rates:
        yield range(start, start + rate * TURN_SECONDS)
        start += rate * TURN_SECONDS


def _measure_pace(ground: Ground, pace: Pace, series: Series, *, turned: bool) -> None:
    measures: list[tuple[str, Callable[[Settings, Pace], list[float]]]] = [
        (f"worker {pace.rate}", time_commits),
        (f"bare {pace.rate}", time_arrivals),
    ]
    for name, measure in reversed(measures) if turned else measures:
        _note(series, name, measure(ground.settings, pace))


def time_commits(settings: Settings, pace: Pace) -> list[float]:
    """Milliseconds from each publication to the receipt that covers it.

    A receipt is published after the commit, so the commit was a little sooner than what is measured here.
    """
    with listening(settings, "receipts", 0) as ear:
        moments = _publish_until(settings, pace, lambda: _all_receipted(ear, pace))
    latencies = []
    upto = dict.fromkeys(pace.devices, pace.first_seq - 1)
    for at, topic, payload in ear.heard:
        device, seq = _read_receipt(topic, payload)
        if device not in upto:
            continue
        place, rounds = pace.devices.index(device), range(upto[device] + 1, seq + 1)
        covered = [(number - pace.first_seq) * len(pace.devices) + place for number in rounds]
        latencies += [(at - moments[number]) / 1000 for number in covered]
        upto[device] = max(upto[device], seq)
    return latencies


def time_arrivals(settings: Settings, pace: Pace) -> list[float]:
    """Milliseconds from each publication to a subscriber that only acknowledges, under topics of its own."""
    apart = settings.model_copy(update={"topic_root": f"{settings.topic_root}_bare"})
    with listening(apart, "readings", 1) as ear:
        moments = _publish_until(apart, pace, lambda: len(ear.heard) >= pace.count)
    # One publisher, one subscriber: MQTT keeps the order.
    return [(heard[0] - moment) / 1000 for heard, moment in zip(ear.heard, moments, strict=True)]


def _publish_until(settings: Settings, pace: Pace, complete: Callable[[], bool]) -> list[int]:
    with running_apart(publish_paced, settings, pace) as future:
        moments = future.result()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not complete():
        if time.monotonic() > deadline:
            raise BenchmarkError(f"of {pace.count} messages not all came within {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.05)
    return moments


def _all_receipted(ear: Ear, pace: Pace) -> bool:
    newest = dict(_read_receipt(topic, payload) for _, topic, payload in ear.heard)
    return all(newest.get(device, 0) >= pace.next_seq - 1 for device in pace.devices)


def _read_receipt(topic: str, payload: bytes) -> tuple[int, int]:
    return int(topic.split("/")[-2][1:]), json.loads(payload)["seq"]


def _note(series: Series, name: str, latencies: list[float]) -> None:
    for percent, value in zip(PERCENTILES, np.percentile(latencies, PERCENTILES), strict=True):
        series[f"{name} p{percent}"].append(float(value))


def _conclude(series: Series, rate: int) -> list[Figure]:
    figures = []
    for percent in PERCENTILES:
        bare = f"bare subscriber at {rate:,}/s, p{percent}"
        ours, theirs = series[f"worker {rate} p{percent}"], series[f"bare {rate} p{percent}"]
        figures.append(compare(f"commit at {rate:,}/s, p{percent}", "ms", ours, bare, theirs))
        figures.append(alone(bare, "ms", theirs))
    return figures


def _conclude_fires(series: Series) -> list[Figure]:
    return [
        alone(f"fire told by the API, p{percent}", "ms", series[f"fire p{percent}"])
        for percent in PERCENTILES
    ]
