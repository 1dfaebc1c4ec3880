"""``fengsui up``: the whole of Fengsui on one machine, from nothing to a page that shows alerts."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from deploy.exits import DeployError
from deploy.file_limits import raise_file_limit
from deploy.ports import candidates
from deploy.processes import Child, Command, last_line
from deploy.progress import console, step
from deploy.stack import Services, open_services
from deploy.state import RunningProcess, StackState, forget_state, hold_lock, write_ports, write_state
from deploy.supervisor import Part, Supervisor
from schemas.settings import Settings

_STOP_SECONDS = 9.0
_READY_SECONDS = 120.0
_POLL_SECONDS = 0.1
# Five ends before anything was ready, about eight seconds: waiting longer helps nobody.
_HOPELESS_RESTARTS = 5


class NotReadyError(DeployError):
    """The parts were started but the service did not become ready."""


class StopRequested(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM or SIGHUP.

    A request, not an error: a BaseException, so that nothing but `run_up` catches it.
    """


@contextmanager
def stop_requests() -> Iterator[None]:
    """Turn the first signal that asks us to end into `StopRequested`; later ones change nothing."""
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise StopRequested

    numbers: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        # Started with nohup: a closed terminal is no request.
        numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_up(settings: Settings, *, simulate: bool) -> None:
    """Start everything, say when it is ready, keep it running, and stop it in order when asked.

    Parameters
    ----------
    simulate
        Whether the demonstration city reports too.

    Raises
    ------
    DeployError
        It cannot start; whatever was started has been stopped.
    """
    # Each connection of a broker is an open file, and it has the limit of whoever starts it.
    raise_file_limit()
    with stop_requests():
        try:
            _serve(settings, simulate=simulate)
        except StopRequested:
            console.print("Stopped; the data is kept.")


def _serve(settings: Settings, *, simulate: bool) -> None:
    with ExitStack() as cleanup:
        if settings.database_url and settings.mqtt_url:
            # No server of ours locks the folder then, but logs and state are in it all the same.
            cleanup.enter_context(hold_lock(settings.data_dir))
        services = cleanup.enter_context(open_services(settings, keep_ports=True))
        bring_up_to_date(services.settings.database_url or "")
        stack = _Stack(services, simulate=simulate)
        cleanup.callback(stack.stop)
        stack.run()


def bring_up_to_date(database_url: str) -> list[str]:
    """Apply the migrations that are missing and return their names.

    Raises
    ------
    DeployError
        The database refuses; nothing of the failed migration is kept.
    """
    from schemas.migrations import MigrationError, apply_migrations

    try:
        with step("Bringing the tables up to date…"):
            return apply_migrations(database_url)
    except MigrationError as error:
        raise DeployError(f"the tables could not be brought up to date: {error}") from error


class _Stack:
    """The parts of one running stack and the file that tells others about them."""

    def __init__(self, services: Services, *, simulate: bool) -> None:
        self._services = services
        self._settings = services.settings
        self._started_at = time.time()
        self._http_port = self._settings.http_port
        self._ready = False
        self._supervisor = Supervisor(self._make_parts(simulate=simulate), self._say)

    def run(self) -> None:
        """Watch the parts until `StopRequested`."""
        with step("Starting ingest, API and city…"):
            self._wait_until_ready()
        print(
            f"Fengsui is ready: {self._api_url}/ (Ctrl-C stops it; data in {self._settings.data_dir})",
            flush=True,
        )
        while True:
            time.sleep(_POLL_SECONDS)
            self._watch()

    def stop(self) -> None:
        """Stop simulator, ingest and API; broker and database follow in what is left of the time."""
        self._services.stop_by = time.monotonic() + _STOP_SECONDS
        ours = [part for part in self._supervisor.parts if part.name not in ("database", "broker")]
        Supervisor(ours, self._say).stop(self._services.stop_by)
        forget_state(self._settings.data_dir)

    @property
    def _api_url(self) -> str:
        host = self._settings.http_host
        reachable = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
        return f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{self._http_port}"

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + _READY_SECONDS
        while not self._ready:
            self._watch()
            self._ready = _answers(f"{self._api_url}/readyz")
            self._give_up_if_hopeless(give_up_at)
            time.sleep(_POLL_SECONDS)
        self._write_state()

    def _give_up_if_hopeless(self, give_up_at: float) -> None:
        logs = self._settings.data_dir / "log"
        for part in self._supervisor.parts:
            if part.restarts >= _HOPELESS_RESTARTS:
                log = logs / f"{part.name}.log"
                raise NotReadyError(f"{part.name} ends again and again: {last_line(log)} (log: {log})")
        if time.monotonic() > give_up_at:
            raise NotReadyError(
                f"the service was not ready in {_READY_SECONDS:g} s; the logs in {logs} say why"
            )

    def _watch(self) -> None:
        if self._supervisor.watch():
            self._write_state()

    def _say(self, what: str) -> None:
        console.print(what, markup=False)

    def _make_parts(self, *, simulate: bool) -> list[Part]:
        parts = [*self._make_service_parts(), Part("api", self._start_api, 1.0)]
        for number in range(1, self._settings.ingest_processes + 1):
            name = "ingest" if number == 1 else f"ingest-{number}"
            parts.append(Part(name, partial(self._start_own, name, "ingest"), 3.5))
        if simulate:
            parts.append(Part("simulator", lambda: self._start_own("simulator", "simulate", "city"), 1.5))
        return parts

    def _make_service_parts(self) -> list[Part]:
        postgres, mosquitto = self._services.postgres, self._services.mosquitto
        parts = []
        if postgres is not None:
            parts.append(Part("database", lambda: postgres.start([postgres.port]), 2.0, postgres.child))
        if mosquitto is not None:
            parts.append(Part("broker", self._start_broker, 2.0, mosquitto.child))
        return parts

    def _start_broker(self) -> Child:
        mosquitto = self._services.mosquitto
        assert mosquitto is not None
        child = mosquitto.start([mosquitto.port])
        mosquitto.publish_limits(self._settings.topic_root)
        return child

    def _start_api(self) -> Child:
        """Start the API on the wanted port, or on a free one when that is taken, now or meanwhile."""
        self._http_port = next(candidates(self._http_port, host=self._settings.http_host))
        return self._start_own("api")

    def _start_own(self, name: str, *arguments: str) -> Child:
        return Child(
            Command(
                name=name,
                # -P: a folder called `api` in the working directory is not our package of that name.
                argv=(sys.executable, "-P", "-m", "deploy.cli", *(arguments or (name,))),
                log=self._settings.data_dir / "log" / f"{name}.log",
                environment=self._environment(),
                # The settings file is looked for in the working directory.
                directory=Path.cwd(),
            )
        )

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        return {
            "FENGSUI_DATABASE_URL": settings.database_url or "",
            "FENGSUI_MQTT_URL": settings.mqtt_url or "",
            "FENGSUI_HTTP_HOST": settings.http_host,
            "FENGSUI_HTTP_PORT": str(self._http_port),
            "FENGSUI_TOPIC_ROOT": settings.topic_root,
            "FENGSUI_DATA_DIR": str(settings.data_dir.absolute()),
            "FENGSUI_CACHE_DIR": str(settings.cache_dir.absolute()),
            "PYTHONUNBUFFERED": "1",
        }

    def _write_state(self) -> None:
        settings, services = self._settings, self._services
        processes = {
            part.name: RunningProcess(
                pid=part.child.pid, started_at=part.child.started_at, restarts=part.restarts
            )
            for part in self._supervisor.parts
            if part.child is not None
        }
        state = StackState(
            pid=os.getpid(),
            started_at=self._started_at,
            database_url=settings.database_url or "",
            mqtt_url=settings.mqtt_url or "",
            topic_root=settings.topic_root,
            api_url=self._api_url,
            ready=self._ready,
            processes=processes,
        )
        write_state(settings.data_dir, state)
        ports = {"http": self._http_port}
        if services.postgres is not None:
            ports["database"] = services.postgres.port
        if services.mosquitto is not None:
            ports["broker"] = services.mosquitto.port
        write_ports(settings.data_dir, ports)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False
