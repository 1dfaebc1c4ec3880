"""``fengsui status``: what runs and how it does, on one screen or as JSON for scripts."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from deploy.state import NothingRunsError, StackState, read_state
from schemas.settings import Settings

_API_SECONDS = 5.0


class ProcessStatus(BaseModel):
    """One process as it is now."""

    pid: int
    running: bool
    uptime_seconds: float
    restarts: int
    address: str | None = None


class Status(BaseModel):
    """Everything `status --json` prints.

    Attributes
    ----------
    figures
        What ``GET /v1/status`` answered; null when the API does not answer, and `api_error` says why.
    """

    model_config = ConfigDict(frozen=True)

    data_dir: Path
    pid: int | None
    ready: bool
    started_at: float | None
    uptime_seconds: float | None
    database_url: str | None
    mqtt_url: str | None
    topic_root: str
    api_url: str
    processes: dict[str, ProcessStatus]
    figures: dict[str, JsonValue] | None
    api_error: str | None


def collect_status(settings: Settings, now: float) -> Status:
    """Gather what can be known about the stack over `settings`; `now` is seconds since the epoch.

    Raises
    ------
    NothingRunsError
        Nothing runs over the data folder and no API answers at the configured address.
    """
    state = read_state(settings.data_dir)
    api_url = (state.api_url if state else None) or f"http://{settings.http_host}:{settings.http_port}"
    figures, api_error = _ask_api(api_url)
    if state is None and figures is None:
        raise NothingRunsError(f"nothing runs over {settings.data_dir}: start it with `make run`")
    return Status(
        data_dir=settings.data_dir,
        pid=state.pid if state else None,
        ready=state.ready if state else True,
        started_at=state.started_at if state else None,
        uptime_seconds=now - state.started_at if state else None,
        database_url=state.database_url if state else settings.database_url,
        mqtt_url=state.mqtt_url if state else settings.mqtt_url,
        topic_root=state.topic_root if state else settings.topic_root,
        api_url=api_url,
        processes=_processes(state, now) if state else {},
        figures=figures,
        api_error=api_error,
    )


def _ask_api(api_url: str) -> tuple[dict[str, JsonValue] | None, str | None]:
    try:
        with urllib.request.urlopen(f"{api_url}/v1/status", timeout=_API_SECONDS) as response:
            figures = json.load(response)
    except (OSError, urllib.error.URLError, ValueError) as error:
        return None, f"the API at {api_url} does not answer: {error}"
    return (
        (figures, None)
        if isinstance(figures, dict)
        else (None, f"{api_url}/v1/status answers no JSON object")
    )


def _processes(state: StackState, now: float) -> dict[str, ProcessStatus]:
    addresses = {
        "database": _without_password(state.database_url),
        "broker": state.mqtt_url,
        "api": state.api_url,
    }
    return {
        name: ProcessStatus(
            pid=process.pid,
            running=Path(f"/proc/{process.pid}").exists(),
            uptime_seconds=now - process.started_at,
            restarts=process.restarts,
            address=addresses.get(name),
        )
        for name, process in state.processes.items()
    }


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def print_status(status: Status, console: Console) -> None:
    """Print one screen."""
    console.print(Group(_process_table(status), _figure_table(status)))
    if status.api_error:
        console.print(f"No figures: {status.api_error}", style="bold red", markup=False)


def _process_table(status: Status) -> Table:
    table = Table(
        title=f"Fengsui over {status.data_dir}", title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for heading in ("process", "pid", "state", "up", "restarts", "address"):
        right = heading in ("pid", "up", "restarts")
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for name, process in status.processes.items():
        state = "[green]running[/]" if process.running else "[red]gone[/]"
        uptime = _duration(process.uptime_seconds) if process.running else "–"
        table.add_row(name, str(process.pid), state, uptime, str(process.restarts), process.address or "")
    return table


# What to show of `/v1/status`: a heading, the part of the answer, and its figures with their labels.
_SHOWN = (
    (
        "flow",
        "pipeline",
        ("state", "messages_per_second", "readings_per_second", "lag_seconds", "last_commit_at"),
    ),
    ("messages", "messages", ("received", "stored", "duplicate", "conflict", "quarantined")),
    ("readings", "readings", ("received", "stored", "duplicate", "conflict", "rejected")),
    ("devices", "devices", ("total", "online", "silent")),
    ("database", "database", ("state",)),
    ("broker", "broker", ("state",)),
    ("rules", "rules", ("state", "version")),
)


def _figure_table(status: Status) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column()
    figures = status.figures or {}
    for heading, part, labels in _SHOWN if figures else ():
        values = figures.get(part)
        if isinstance(values, dict):
            shown = [f"{label.replace('_', ' ')} {_figure(values.get(label))}" for label in labels]
            table.add_row(heading, " · ".join(shown))
    alerts = figures.get("alerts_open")
    if isinstance(alerts, dict):
        counts = [f"{name} {_figure(count)}" for name, count in alerts.items() if count]
        table.add_row("open alerts", " · ".join(counts) or "none")
    rules = figures.get("rules")
    if isinstance(rules, dict) and rules.get("error"):
        table.add_row("", Text(str(rules["error"]), style="bold red"))
    if "as_of" in figures:
        table.add_row("as of", str(figures["as_of"]))
    return table


def _figure(value: JsonValue) -> str:
    """Format a figure; an absent one is unknown, never nought."""
    if value is None:
        return "unknown"
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02} min" if hours else f"{minutes}:{seconds:02}"
