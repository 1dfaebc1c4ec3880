"""Whatever stands still is noticed, and what merely waits is not."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import psycopg
import pytest

from ingest.watchdog import EXIT_STATUS, Watchdog
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, wait_until

SECOND = 1_000_000


class Part:
    count = 0
    alive = True


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.fixture
def watchdog(part: Part) -> Watchdog:
    watchdog = Watchdog()
    watchdog.watch("the network thread", lambda: part.count, 10 * SECOND, lambda: part.alive)
    watchdog.watch("the committer", lambda: part.count, 30 * SECOND)
    return watchdog


def test_what_goes_on_is_left_alone(watchdog: Watchdog, part: Part) -> None:
    for second in range(1000, 1100):
        part.count += second % 9 == 0
        assert watchdog.check(second * SECOND) is None


def test_what_stands_still_for_longer_than_it_may_is_named(watchdog: Watchdog, part: Part) -> None:
    reasons = {watchdog.check(second * SECOND) for second in range(1000, 1011)}
    assert reasons == {None}
    assert watchdog.check(1011 * SECOND) == "the network thread has stood still for 11 s"


def test_a_thread_that_has_ended_is_noticed_at_once(watchdog: Watchdog, part: Part) -> None:
    assert watchdog.check(1000 * SECOND) is None
    part.alive = False
    assert watchdog.check(1001 * SECOND) == "the network thread has ended by itself"


def test_a_pause_of_the_whole_process_is_nobodys_standstill(watchdog: Watchdog, part: Part) -> None:
    assert watchdog.check(1000 * SECOND) is None
    assert watchdog.check(5000 * SECOND) is None
    assert watchdog.check(5001 * SECOND) is None
    for second in range(5002, 5010):
        assert watchdog.check(second * SECOND) is None
    assert watchdog.check(5014 * SECOND) == "the network thread has stood still for 14 s"


# A message that makes a callback raise, or hold the thread: what a defect of ours would do.
BROKEN_WORKER = """
    import sys
    import time
    from ingest import process, worker
    from ingest.subscriber import Subscriber
    from schemas.settings import load_settings

    def break_down(self, topic, payload, mid, retained):
        if sys.argv[1] == "raise":
            raise RuntimeError("a defect")
        time.sleep(3600)

    Subscriber._receive = break_down
    worker.NETWORK_LIMIT_US = 3_000_000
    sys.exit(process.run_process(load_settings()))
"""


@pytest.mark.parametrize(("defect", "said"), [("raise", "has ended by itself"), ("hang", "has stood still")])
def test_a_worker_whose_network_thread_is_gone_or_hangs_ends_visibly(
    defect: str, said: str, registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    environment = os.environ | {
        "FENGSUI_DATABASE_URL": registry.database_url or "",
        "FENGSUI_MQTT_URL": registry.mqtt_url or "",
        "FENGSUI_TOPIC_ROOT": registry.topic_root,
        "FENGSUI_DATA_DIR": str(registry.data_dir),
    }
    command = [sys.executable, "-c", textwrap.dedent(BROKEN_WORKER), defect]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            connected = "SELECT count(*) FROM workers WHERE broker_connected"
            wait_until(lambda: database.execute(connected).fetchone() == (1,))
            publisher.send("B1/D1/readings", {"values": {"temperature": 20.0}})
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == EXIT_STATUS
    assert said in errors
