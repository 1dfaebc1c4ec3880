"""The demonstration city in one call: build, register, connect, and let time pass."""

from __future__ import annotations

import json
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg

from schemas.database import connect
from schemas.registry_file import RegistryError
from schemas.settings import Settings
from simulators.buildings import City, CityTooSmallError, build_city
from simulators.fleet import Fleet, Summary
from simulators.registration import register
from simulators.town import Town

log = logging.getLogger(__name__)

TICK_SECONDS = 0.1
# Until a worker has subscribed for the first time, the broker keeps nothing for it.
LISTENER_SECONDS = 10.0
SELECT_LISTENERS = """
SELECT FROM workers WHERE broker_connected AND heartbeat_at > clock_timestamp() - INTERVAL '10 seconds'"""
_SETTLE_SECONDS = 0.9
_HANG_UP_SECONDS = 0.3

OK, FAILED, USAGE = 0, 1, 2


def run_city(
    settings: Settings,
    *,
    buildings: int = 20,
    sensors: int = 2000,
    seed: int = 20261,
    incident_every_seconds: float = 60,
    duration_seconds: float | None = None,
) -> int:
    """Register the city and let its devices report until SIGTERM, SIGINT or the end of the duration.

    At the end one line of JSON on stdout says what was published (see `simulators.fleet.Summary`).

    Parameters
    ----------
    settings
        With `database_url` and `mqtt_url`.
    sensors
        Over all buildings, at least 20 for each.
    incident_every_seconds
        Mean time between incidents, the first of which, a fire, starts after 10 s; zero for none.

    Returns
    -------
    int
        Exit status: 0; 1 when the database cannot be reached; 2 when the city cannot be built as asked.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    assert settings.database_url is not None
    with _stopping_on_signals() as stop:
        try:
            city = build_city(buildings, sensors, seed)
            _commission(settings.database_url, city, stop)
        except CityTooSmallError as error:
            log.error("%s", error)
            return USAGE
        except (psycopg.Error, RegistryError) as error:
            log.error("the city cannot be registered: %s", error)
            return FAILED
        town = Town(city, seed=seed, incident_every_seconds=incident_every_seconds, now=time.time())
        fleet = Fleet(settings, city, seed, time.time)
        summary = live(town, fleet, stop, time.time, duration_seconds)
    print(json.dumps(summary.as_dict()), flush=True)
    return OK


def _commission(database_url: str, city: City, stop: threading.Event) -> None:
    """Register the city, and wait a while for a worker that listens."""
    report = register(database_url, city)
    log.info("registered: %d new, %d unchanged", report.created.total(), report.unchanged.total())
    give_up = time.monotonic() + LISTENER_SECONDS
    with connect(database_url, "fengsui city") as connection:
        while not connection.execute(SELECT_LISTENERS).fetchall():
            if time.monotonic() > give_up:
                log.warning("no ingest worker listens; what is published before one does may be lost")
                return
            if stop.wait(0.2):
                return


def live(
    town: Town,
    fleet: Fleet,
    stop: threading.Event,
    clock: Callable[[], float],
    duration_seconds: float | None,
) -> Summary:
    """Let time pass, tick after tick, until `stop` or the end of the duration; then end in order."""
    end = None if duration_seconds is None else clock() + duration_seconds
    fleet.announce("online", town.begins_at)
    while not stop.is_set() and (end is None or clock() < end):
        now = clock()
        fleet.publish(town.step(now))
        stop.wait(max(0.0, now + TICK_SECONDS - clock()))
    return fleet.close(_SETTLE_SECONDS, _HANG_UP_SECONDS)


@contextmanager
def _stopping_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; outside the main thread nobody does."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
