"""How much memory the broker has used, if it says so: the backlog that a worker does not hold is in there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.hang_up import hang_up
from schemas.settings import Settings
from simulators.benchmarks.sessions import connect_client, make_client

# The most it has had allocated since its start. Mosquitto publishes it every ten seconds, and retains it.
MOST_MEMORY = "$SYS/broker/heap/maximum"


@contextmanager
def watching_broker(settings: Settings) -> Iterator[list[float]]:
    """Megabytes, one after the other as the broker tells them during a block; nothing when it does not.

    The last is up to ten seconds old, which is nothing to a queue that takes minutes to fill and to drain.
    """
    told: list[float] = []
    client = make_client(settings, "")
    client.on_message = lambda _, __, message: told.append(int(message.payload) / 1e6)
    connect_client(client, settings)
    client.loop_start()
    client.subscribe(MOST_MEMORY)
    try:
        yield told
    finally:
        hang_up(client)
