"""Keeps the parts of the stack running: whoever ends is started again, after a pause that grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from deploy.exits import DeployError
from deploy.processes import Child, bound_log

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
# Whoever has run this long is healthy again; its next end counts as the first.
_HEALTHY_SECONDS = 60.0
_LOG_CHECK_SECONDS = 10.0


@dataclass
class Part:
    """One process to keep running.

    Attributes
    ----------
    start
        Starts it and returns it; called again after each end.
    stop_seconds
        How long it may take to end when asked.
    """

    name: str
    start: Callable[[], Child]
    stop_seconds: float
    child: Child | None = None
    restarts: int = 0
    pause_seconds: float = _FIRST_PAUSE_SECONDS
    start_at: float = 0.0


class Supervisor:
    """Watches the parts.

    Parameters
    ----------
    parts
        In the order of starting; a part that runs already brings its child.
    say
        Tells the person at the terminal.
    """

    def __init__(self, parts: list[Part], say: Callable[[str], None]) -> None:
        self.parts = parts
        self._say = say
        self._logs_checked_at = time.monotonic()

    def watch(self) -> bool:
        """Look at every part once and start what is due; True when some process is a new one."""
        # `any` of a generator would stop at the first change; every part has its turn.
        changed = [part.name for part in self.parts if self._watch_part(part)]
        if time.monotonic() - self._logs_checked_at > _LOG_CHECK_SECONDS:
            self._logs_checked_at = time.monotonic()
            for part in self.parts:
                if part.child is not None:
                    bound_log(part.child.command.log)
        return bool(changed)

    def stop(self, stop_by: float) -> None:
        """End all parts in the reverse order of their starting, by `stop_by` (monotonic seconds)."""
        for part in reversed(self.parts):
            if part.child is not None:
                part.child.stop(min(part.stop_seconds, stop_by - time.monotonic()))

    def _watch_part(self, part: Part) -> bool:
        if part.child is None:
            return time.monotonic() >= part.start_at and self._start(part)
        status = part.child.exit_status()
        if status is not None:
            self._plan_restart(part, f"{part.name} {_ending(status)}", part.child)
        return False

    def _start(self, part: Part) -> bool:
        try:
            part.child = part.start()
        except DeployError as error:
            self._plan_restart(part, f"{part.name} did not start: {error}", None)
        return part.child is not None

    def _plan_restart(self, part: Part, what: str, child: Child | None) -> None:
        if child is not None and time.time() - child.started_at > _HEALTHY_SECONDS:
            part.pause_seconds = _FIRST_PAUSE_SECONDS
        where = f" (log: {child.command.log}: {child.last_words()})" if child is not None else ""
        self._say(f"{what}; started again in {part.pause_seconds:g} s{where}")
        part.child = None
        part.restarts += 1
        part.start_at = time.monotonic() + part.pause_seconds
        part.pause_seconds = min(_LONGEST_PAUSE_SECONDS, part.pause_seconds * 2)


def _ending(status: int) -> str:
    return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
