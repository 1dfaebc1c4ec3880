"""What desks and streams are measured by: who listens hears of every change, and the delays are those of commits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.app import make_server
from schemas.settings import Settings
from simulators.benchmarks.alert_city import AlertCity, open_alert_city
from simulators.benchmarks.answering import serving
from simulators.benchmarks.changing import ChangeKind, Writing, find_newest
from simulators.benchmarks.children import run_apart
from simulators.benchmarks.ground import Ground
from simulators.benchmarks.listening import Crowd, measure_delays


@pytest.fixture(scope="module")
def city(services: Settings) -> Iterator[Ground]:
    with open_alert_city(services, AlertCity(alerts=2000, buildings=20, hours=1)) as ground:
        yield ground


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_streams_and_desks_hear_of_every_change_after_its_commit_was_sent(
    city: Ground, kind: ChangeKind
) -> None:
    before = find_newest(city.database_url)
    with serving(make_server(city.settings)) as api:
        crowd = Crowd(api, city.database_url, streams=3, desks=2)
        delays = run_apart(measure_delays, crowd, Writing(kind, 100, 8))
    assert find_newest(city.database_url) == before + 8
    assert len(delays.slowest) == 8
    assert len(delays.last_at_streams) == 3
    assert all(0 < delay <= delays.slowest[-1] for delay in delays.last_at_streams)
