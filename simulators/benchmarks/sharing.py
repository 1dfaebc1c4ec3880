"""One worker for all buildings, or several with a share of them each, over the same topics and tables."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import LiteralString

from simulators.benchmarks.ground import Ground
from simulators.benchmarks.processes import release, running_worker
from simulators.benchmarks.sessions import open_worker_session

FORGET_SHARES: LiteralString = "DELETE FROM building_shares; DELETE FROM shares"
# Only who has all buildings to himself listens to those that nobody registered; else the share that does would
# receive the messages of the others too.
MAKE_SHARES: LiteralString = """
INSERT INTO shares (share, is_default, hears_unregistered)
SELECT share, place = 1, place = 1 AND cardinality(%(shares)s::text[]) = 1
FROM unnest(%(shares)s::text[]) WITH ORDINALITY AS asked (share, place)"""
GIVE_BUILDINGS: LiteralString = """
INSERT INTO building_shares (building_id, share, served_by)
SELECT building_id, share, share
FROM buildings JOIN unnest(%(shares)s::text[]) WITH ORDINALITY AS asked (share, place)
  ON place = building_id %% cardinality(%(shares)s::text[]) + 1"""
SELECT_BUILDINGS: LiteralString = """
SELECT code FROM buildings JOIN building_shares USING (building_id) WHERE share = %s"""


def divide_buildings(ground: Ground, shares: Sequence[str]) -> None:
    """Give each share as many of the buildings as the others; nobody may be at work meanwhile."""
    with ground.connect() as connection, connection.transaction():
        connection.execute(FORGET_SHARES)
        connection.execute(MAKE_SHARES, {"shares": list(shares)})
        connection.execute(GIVE_BUILDINGS, {"shares": list(shares)})


def open_share_sessions(ground: Ground, shares: Sequence[str]) -> None:
    """Have the broker queue for each share what its buildings send, and for nobody anything else."""
    divide_buildings(ground, shares)
    for share in shares:
        with ground.connect() as connection:
            buildings = frozenset(
                code for (code,) in connection.execute(SELECT_BUILDINGS, (share,)).fetchall()
            )
        settings = ground.settings.model_copy(update={"share": share})
        open_worker_session(settings, None if len(shares) == 1 else buildings)


@contextmanager
def running_shares(ground: Ground, shares: Sequence[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A worker for each share, each in a process of its own, all begun at one moment."""
    with ExitStack() as stack:
        workers = [
            stack.enter_context(running_worker(ground.settings.model_copy(update={"share": share})))
            for share in shares
        ]
        release(workers)
        yield workers
