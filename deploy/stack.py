"""The database and the broker of one machine, together, and how everybody else finds them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.accounts import service_account
from deploy.mosquitto import Mosquitto
from deploy.packages import find_programs
from deploy.ports import candidates
from deploy.postgres import Postgres
from deploy.state import NothingRunsError, hold_lock, read_ports, read_state
from schemas.settings import Settings

PREFERRED_MQTT_PORT = 1883
_STOP_SECONDS = 9.0
_BROKER_SHARE_SECONDS = 2.0


@dataclass
class Services:
    """What was started, and the settings that lead to it.

    `postgres` or `mosquitto` is None when the settings named an existing one. For trying out faults, end
    one with ``child.kill()`` and bring it back, on the same port, with ``start([port])``.
    """

    settings: Settings
    postgres: Postgres | None
    mosquitto: Mosquitto | None
    stop_by: float | None = None

    def stop(self) -> None:
        """End the broker, then the database, by `stop_by` (monotonic seconds) if somebody has set it."""
        stop_by = self.stop_by or time.monotonic() + _STOP_SECONDS
        if self.mosquitto is not None:
            self.mosquitto.stop(min(_BROKER_SHARE_SECONDS, stop_by - time.monotonic()))
        if self.postgres is not None:
            self.postgres.stop(stop_by - time.monotonic())


def running_settings(settings: Settings) -> Settings:
    """Complete `settings` with the addresses of the stack that runs over its data folder.

    Addresses that are set explicitly win.

    Raises
    ------
    NothingRunsError
        An address is missing and nothing runs there.
    """
    if settings.database_url and settings.mqtt_url:
        return settings
    state = read_state(settings.data_dir)
    if state is None:
        raise NothingRunsError(
            f"nothing runs over {settings.data_dir}: start it with `make run`, "
            "or set FENGSUI_DATABASE_URL and FENGSUI_MQTT_URL to the addresses of yours"
        )
    return settings.model_copy(
        update={
            "database_url": settings.database_url or state.database_url,
            "mqtt_url": settings.mqtt_url or state.mqtt_url,
        }
    )


@contextmanager
def embedded_services(settings: Settings) -> Iterator[Settings]:
    """Run a database and a broker for the length of a block, on ports nobody prefers.

    Parameters
    ----------
    settings
        Where (`data_dir`); an address already set is used and its server not started.

    Yields
    ------
    Settings
        The same, with `database_url` and `mqtt_url` filled in.
    """
    with open_services(settings, keep_ports=False) as services:
        yield services.settings


@contextmanager
def open_services(settings: Settings, *, keep_ports: bool) -> Iterator[Services]:
    """Start what `settings` does not name already, hand it over, and stop it in order at the end.

    Parameters
    ----------
    keep_ports
        Try the well-known port and those of the last start first, as a lasting stack does.
    """
    if settings.database_url and settings.mqtt_url:
        yield Services(settings, None, None)
        return
    with hold_lock(settings.data_dir):
        services = _make_services(settings)
        try:
            _start_all(services, read_ports(settings.data_dir) if keep_ports else None)
            yield services
        finally:
            services.stop()


def _make_services(settings: Settings) -> Services:
    programs = find_programs(settings.cache_dir)
    account = service_account()
    logs = settings.data_dir / "log"
    postgres = Postgres(programs.postgres_bin, settings.data_dir / "postgres", logs / "database.log", account)
    mosquitto = Mosquitto(programs.mosquitto, settings.data_dir / "mosquitto", logs / "broker.log", account)
    return Services(
        settings,
        None if settings.database_url else postgres,
        None if settings.mqtt_url else mosquitto,
    )


def _start_all(services: Services, last_ports: dict[str, int] | None) -> None:
    """Start both; `last_ports` is None when no port is preferred."""
    addresses = {}
    if services.postgres is not None:
        preferred = [last_ports.get("database")] if last_ports is not None else []
        services.postgres.start(list(candidates(*preferred)))
        addresses["database_url"] = services.postgres.url
    if services.mosquitto is not None:
        preferred = [PREFERRED_MQTT_PORT, last_ports.get("broker")] if last_ports is not None else []
        services.mosquitto.start(list(candidates(*preferred)))
        services.mosquitto.publish_limits(services.settings.topic_root)
        addresses["mqtt_url"] = services.mosquitto.url
    services.settings = services.settings.model_copy(update=addresses)
