"""The service's processes of one run, all started the same way: real ones, with their own logs."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

from schemas.settings import Settings
from simulators.faults.proxy import Proxy
from simulators.faults.scene import Fault, Servers
from simulators.faults.worker import WorkerProcess


class Staff:
    """Hires processes for a run and ends them with it.

    The one hired as "worker" has the fault's wire and injection; others meet the servers directly.
    """

    def __init__(self, fault: Fault, servers: Servers, settings: Settings, wire: Proxy | None) -> None:
        self._fault = fault
        self._servers = servers
        self._settings = settings
        self._wire = wire
        self._hired: list[WorkerProcess] = []
        self.switch = settings.data_dir / "switch"

    def hire(self, name: str, command: str = "ingest", **environment: str) -> WorkerProcess:
        """A process that is not started yet; `name` is that of its log."""
        argv = (*self._servers.worker_command[:-1], command)
        if name == "worker" and self._fault.injection is not None:
            argv = self._inject(argv, self._fault.injection)
        process = WorkerProcess(argv, self._make_environment(name) | environment, self._log_of(name))
        self._hired.append(process)
        return process

    def end(self) -> None:
        for process in self._hired:
            process.kill()

    def _inject(self, argv: tuple[str, ...], injection: str) -> tuple[str, ...]:
        module = argv[argv.index("-m") + 1 :]
        return (sys.executable, "-m", "simulators.faults.injection", injection, str(self.switch), *module)

    def _make_environment(self, name: str) -> dict[str, str]:
        settings = self._settings
        urls = {"broker": settings.mqtt_url or "", "database": settings.database_url or ""}
        if name == "worker" and self._wire is not None and self._fault.wire is not None:
            url = urlsplit(urls[self._fault.wire])
            port = f":{self._wire.port}"
            urls[self._fault.wire] = url._replace(netloc=url.netloc.replace(f":{url.port}", port)).geturl()
        return {
            "FENGSUI_DATABASE_URL": urls["database"],
            "FENGSUI_MQTT_URL": urls["broker"],
            "FENGSUI_TOPIC_ROOT": settings.topic_root,
            "FENGSUI_DATA_DIR": str(settings.data_dir),
            "PYTHONUNBUFFERED": "1",
            **dict(self._fault.environment),
        }

    def _log_of(self, name: str) -> Path:
        return self._settings.data_dir / f"{name}.log"
