"""A device taken out of service and put back: what was known of it before is no reason to call it silent."""

from __future__ import annotations

import json
from collections.abc import Sequence

import psycopg
import pytest

from ingest.decoding import decode_messages
from ingest.resolving import resolve_messages
from ingest.store_roster import load_roster
from ingest.subscriber import Message
from rules.engine import Engine
from schemas.columns import MICROSECONDS
from schemas.domain import SubjectKind
from schemas.roster import Roster
from schemas.settings import Settings

START = 1_795_420_800 * MICROSECONDS
EVERY = 10
"""The interval of the small registry's sensors [s]; 90 s is the least that is called silence."""


class Desk:
    """The stages between a message and what is told of it, over the registry of the tables, at times of our choice."""

    def __init__(self, settings: Settings, database: psycopg.Connection) -> None:
        self._settings, self._database = settings, database
        self._engine, self._roster = Engine(), Roster.empty()
        self.read_registry()
        self._engine.listen_from(START)

    def read_registry(self) -> None:
        self._roster = load_roster(self._database, self._roster, self._settings.share)
        self._engine.adopt(self._roster)

    def set_retired(self, device: str, *, retired: bool) -> None:
        self._database.execute("UPDATE devices SET retired = %s WHERE code = %s", (retired, device))
        self._database.execute("UPDATE registry_version SET version = version + 1")
        self.read_registry()

    def report(self, second: int, topics: Sequence[str] = (), channel: str = "smoke") -> list[str]:
        """A reading of each device at this time, and what is told of device 1 and its sensors then."""
        now = START + second * MICROSECONDS
        payload = json.dumps({"ts": now // 1000, "values": {channel: 0.02}}).encode()
        root = self._settings.topic_root
        messages = [Message(f"{root}/{topic}/readings", payload, now, 0, 0, 0) for topic in topics]
        resolved = resolve_messages(messages, decode_messages(messages, root), self._roster, self._settings)
        return [
            f"{change.kind} {change.rule.id} {change.subject.kind} {change.subject.id}"
            for change in self._engine.evaluate(resolved.batch, now)
            if change.subject.device_id == 1
        ]


@pytest.fixture
def desk(registry: Settings, database: psycopg.Connection) -> Desk:
    return Desk(registry, database)


def find_silences(desk: Desk, begin: int, end: int, topics: Sequence[str] = ()) -> dict[int, list[str]]:
    """What is told from second to second, where anything is."""
    told = {second: desk.report(second, topics) for second in range(begin, end, EVERY)}
    return {second: changes for second, changes in told.items() if changes}


def test_a_device_put_back_into_service_gets_the_time_of_a_new_one(desk: Desk) -> None:
    assert find_silences(desk, 0, 60, ["B1/D1"]) == {}
    desk.set_retired("D1", retired=True)
    assert find_silences(desk, 60, 7200) == {}
    desk.set_retired("D1", retired=False)
    told = find_silences(desk, 7200, 7400)
    assert told == {7290: ["raise device_silent device 1"]}


def test_its_sensors_get_that_time_too(desk: Desk) -> None:
    find_silences(desk, 0, 60, ["B1/D1"])
    desk.set_retired("D1", retired=True)
    find_silences(desk, 60, 3600)
    desk.set_retired("D1", retired=False)
    told = find_silences(desk, 3600, 3720, ["B1/D1"])
    others = [f"raise metric_silent {SubjectKind.SENSOR} {sensor_id}" for sensor_id in (2, 6)]
    assert told == {3690: others}


def test_a_device_that_was_silent_when_it_was_retired_is_not_silent_when_it_is_put_back(desk: Desk) -> None:
    find_silences(desk, 0, 60, ["B1/D1"])
    assert find_silences(desk, 60, 180) == {150: ["raise device_silent device 1"]}
    desk.set_retired("D1", retired=True)
    assert desk.report(190) == ["clear device_silent device 1"]
    desk.set_retired("D1", retired=False)
    assert find_silences(desk, 200, 270, ["B1/D1"]) == {}
