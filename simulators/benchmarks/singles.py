"""One publication of single samples, queued for the worker and each yardstick, drained by one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from simulators.benchmarks.backlog import Backlog
from simulators.benchmarks.children import run_apart
from simulators.benchmarks.draining import Way, drain_session
from simulators.benchmarks.ground import WORKER, Ground
from simulators.benchmarks.node_red.running import drain_by_node_red
from simulators.benchmarks.publishing import publish_backlog
from simulators.benchmarks.sessions import close_session, name_worker_client, open_session
from simulators.benchmarks.sharing import open_share_sessions
from simulators.benchmarks.working import drain_backlog

PAIR = ("bench-1", "bench-2")
TWO_WORKERS = "two workers"
NODE_RED = "node-red"
# One INSERT a message is so slow that an eighth of the queue tells its rate as well.
INSERT_PART = 8


@dataclass(frozen=True)
class Singles:
    """`node_red` is the folder of its installation, None to leave it out."""

    ground: Ground
    backlog: Backlog
    node_red: Path | None

    def measure(self, series: defaultdict[str, list[float]], *, turned: bool) -> None:
        """Queue it once for all, and note messages a second of each by name, the last one first if `turned`."""
        self.ground.clear(readings=True)
        for shares in (PAIR, (WORKER,)):
            open_share_sessions(self.ground, shares)
        turns = self._list_turns()
        for name in turns.keys() - {WORKER, TWO_WORKERS}:
            open_session(self.ground.settings, self._name_client(name))
        publish_backlog(self.ground.settings, self.backlog)
        for name in reversed(turns) if turned else turns:
            self.ground.clear(readings=True)
            series[name].append(turns[name]())
            for client_id in self._list_clients(name):
                close_session(self.ground.settings, client_id)

    def _list_turns(self) -> dict[str, Callable[[], float]]:
        turns: dict[str, Callable[[], float]] = {
            WORKER: lambda: self._drain((WORKER,)),
            TWO_WORKERS: lambda: self._drain(PAIR),
        }
        for way in Way:
            turns[way] = partial(self._drain_as, way)
        if (folder := self.node_red) is not None:
            turns[NODE_RED] = lambda: drain_by_node_red(
                self.ground, folder, self._name_client(NODE_RED), self.backlog.messages
            )
        return turns

    def _drain(self, shares: tuple[str, ...]) -> float:
        drained = drain_backlog(self.ground, self.backlog, shares)
        return drained.messages / drained.seconds

    def _drain_as(self, way: Way) -> float:
        count = self.backlog.messages // (INSERT_PART if way is Way.INSERT else 1)
        return run_apart(drain_session, self.ground.settings, self._name_client(way), way, count)

    def _list_clients(self, name: str) -> list[str]:
        """Whose sessions are of no use any more; they would go on being filled."""
        shares = {WORKER: (WORKER,), TWO_WORKERS: PAIR}.get(name)
        if shares is None:
            return [self._name_client(name)]
        return [name_worker_client(self.ground.settings, share) for share in shares]

    def _name_client(self, name: str) -> str:
        return f"{self.ground.settings.topic_root}-{name}".replace(" ", "-")
