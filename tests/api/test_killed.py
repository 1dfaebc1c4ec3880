"""API and database killed outright in the midst of work: whatever was answered is there when both are back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from api.alert_models import Alert
from api.client import ApiError, Client
from deploy.ports import free_port
from deploy.stack import Services
from ingest.store_alerts import apply_changes
from rules.changes import ChangeKind
from schemas.domain import AlertAction
from tests.api.conftest import Hand, make_change, wait_until
from tests.api.test_histories import Api, running_process

N_OFFICERS = 4
ENOUGH = 25
SELECT_OPEN = "SELECT alert_id FROM alerts WHERE rule = 'smoke_level_alarm' AND subject_id = %s"


@dataclass
class Answered:
    """What was said to have been done, by alert."""

    raised: list[int] = field(default_factory=list)
    acknowledged: dict[int, str] = field(default_factory=dict)
    comments: list[tuple[int, str]] = field(default_factory=list)

    @property
    def is_enough(self) -> bool:
        return min(len(self.acknowledged), len(self.comments)) >= ENOUGH

    def count(self) -> int:
        return len(self.raised) + len(self.acknowledged) + len(self.comments)


def raise_one_after_the_other(url: str, answered: Answered) -> None:
    """As the worker: each is raised once its transaction is committed."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for number in range(1, 201):
            apply_changes(cursor, [make_change(ChangeKind.RAISE, number, "smoke_level_alarm", time.time())])
            row = cursor.execute(SELECT_OPEN, (number,)).fetchone()
            connection.commit()
            assert row is not None
            answered.raised.append(row[0])


def work_through(address: str, answered: Answered, share: int) -> None:
    """As an officer: acknowledges and comments on every fourth alert as soon as it is there."""
    name = f"{share}号席"
    with Client(address, by=name) as client:
        for place in range(share, 200, N_OFFICERS):
            wait_until(lambda place=place: len(answered.raised) > place)  # type: ignore[misc]
            alert_id, note = answered.raised[place], f"{name}第{place}条"
            client.acknowledge(alert_id)
            answered.acknowledged[alert_id] = name
            client.comment(alert_id, note)
            answered.comments.append((alert_id, note))


def start(work: Callable[[], None]) -> threading.Thread:
    """Work until it is done or whoever answers has died."""

    def run() -> None:
        with suppress(httpx.TransportError, ApiError, psycopg.OperationalError, AssertionError):
            work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def kill_both_in_the_midst_of_work(services: Services, api: Api) -> Answered:
    answered = Answered()
    url = services.settings.database_url or ""
    threads = [start(lambda: raise_one_after_the_other(url, answered))]
    threads += [
        start(lambda share=share: work_through(api.address, answered, share))  # type: ignore[misc]
        for share in range(N_OFFICERS)
    ]
    wait_until(lambda: answered.is_enough, 60)
    assert services.postgres is not None
    assert services.postgres.child is not None
    os.kill(services.postgres.child.pid, signal.SIGKILL)
    api.kill()
    for thread in threads:
        thread.join()
    return answered


@pytest.mark.timeout(180)
def test_what_was_answered_before_api_and_database_were_killed_is_there_afterwards(mortal: Services) -> None:
    assert mortal.postgres is not None
    assert mortal.settings.database_url
    with psycopg.connect(mortal.settings.database_url, autocommit=True) as connection:
        Hand(connection)
    with running_process(mortal.settings, free_port()) as api:
        answered = kill_both_in_the_midst_of_work(mortal, api)
        mortal.postgres.start([mortal.postgres.port])
        api.start()
        wait_until(lambda: httpx.get(f"{api.address}/v1/alerts", trust_env=False).is_success, 60)
        with Client(api.address) as client:
            alerts = {alert.id: alert for alert in client.walk_alerts(limit=50)}
            check_alerts(answered, alerts)
            check_history(answered, client)


def check_alerts(answered: Answered, alerts: dict[int, Alert]) -> None:
    """Every alert is open still, and acknowledged by whom it was."""
    assert set(answered.raised) <= set(alerts)
    for alert_id, name in answered.acknowledged.items():
        acknowledged = alerts[alert_id].acknowledged
        assert acknowledged is not None
        assert acknowledged.by == name


def check_history(answered: Answered, client: Client) -> None:
    """Every entry is there, in one row without a gap; beside them only what was on its way as they died."""
    changes = client.list_changes(0).changes
    assert [change.change_id for change in changes] == list(range(1, len(changes) + 1))
    done = {(change.alert.id, change.action, change.note) for change in changes}
    assert {(alert_id, AlertAction.RAISED, None) for alert_id in answered.raised} <= done
    assert {(alert_id, AlertAction.ACKNOWLEDGED, None) for alert_id in answered.acknowledged} <= done
    assert {(alert_id, AlertAction.COMMENTED, note) for alert_id, note in answered.comments} <= done
    assert answered.count() <= len(changes) <= answered.count() + N_OFFICERS + 1
    alert_id, note = answered.comments[-1]
    assert note in [entry.note for entry in client.read_alert(alert_id).history]
