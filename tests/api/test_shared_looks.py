"""Desks that ask for the same at the same time: one look for all, none of them older than its question."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from api.alert_facts import AlertFacts, WrittenAlert
from api.connections import Connections
from api.problems import ProblemError
from api.recent_changes import RecentChanges, WrittenChange
from api.shared_looks import SharedLooks
from api.written_alerts import AlertVersion
from schemas.settings import Settings
from tests.api.conftest import Hand


class CountingConnections(Connections):
    """Counts how often a connection is borrowed."""

    borrowed = 0

    def borrow(self, seconds: float = 8.0):  # type: ignore[no-untyped-def]
        self.borrowed += 1
        return super().borrow(seconds)


def test_two_hundred_who_ask_at_once_cost_two_looks_and_all_see_what_was_committed_before_they_asked(
    hand: Hand, settings: Settings
) -> None:
    assert settings.database_url

    async def ask(database_url: str) -> tuple[int, list[int]]:
        connections = CountingConnections(database_url)
        await connections.open()
        looks = SharedLooks(connections, RecentChanges())
        hand.raise_alert(1)
        first = [asyncio.create_task(looks.look(0, 100)) for _ in range(100)]
        await asyncio.sleep(0.001)
        hand.raise_alert(2)
        later = [asyncio.create_task(looks.look(0, 100)) for _ in range(100)]
        seen_first = [len((await task).changes) for task in first]
        seen_later = [len((await task).changes) for task in later]
        borrowed = connections.borrowed
        with pytest.raises(ProblemError):
            await looks.look(3, 100)
        await connections.close()
        assert set(seen_first) <= {1, 2}
        return borrowed, seen_later

    borrowed, seen_later = asyncio.run(ask(settings.database_url))
    assert borrowed <= 2
    assert seen_later == [2] * 100


def make_written(number: int) -> WrittenChange:
    facts = AlertFacts(
        alert_id=number, urgency=7, severity=2, condition="active", rule="smoke_rise", incident_id=number,
        building_id=1, zone_id=None, device_id=None, verdict="none", assigned_to=None, acknowledged_at=None,
        raised_at=datetime.fromtimestamp(number, UTC), changed_at=None, cleared_at=None, closed_at=None,
    )  # fmt: skip
    return WrittenChange(number, 1, "fire", b"", WrittenAlert(AlertVersion(number, number, 1), facts, b"{}"))


def test_memory_gives_nobody_what_it_took_in_before_he_looked() -> None:
    recent = RecentChanges(capacity=3)
    recent.begin_anew(10)
    early = recent.mark()
    recent.extend(make_written(number) for number in (11, 12))
    late = recent.mark()

    def listed(position: int, mark: object) -> list[int] | None:
        found = recent.list_after(position, mark)  # type: ignore[arg-type]
        return None if found is None else [change.change_id for change in found]

    assert listed(10, early) == [11, 12]
    assert listed(11, early) == [12]
    assert listed(12, early) == []
    assert listed(9, early) is None
    assert listed(10, late) is None
    assert listed(12, late) == []
    recent.extend(make_written(number) for number in (13, 14))
    assert listed(10, early) is None
    assert listed(12, late) == [13, 14]
    recent.begin_anew(2)
    assert listed(12, late) is None
    assert listed(2, recent.mark()) == []
