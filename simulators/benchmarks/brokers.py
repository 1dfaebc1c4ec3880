"""How much memory the broker has used, if it says so: the backlog that a worker does not hold is in there."""

from __future__ import annotations

import threading

from schemas.settings import Settings
from simulators.benchmarks.sessions import connect_client, make_client

# Mosquitto publishes it, retained, every ten seconds.
MOST_MEMORY = "$SYS/broker/heap/maximum"
INTERVAL_SECONDS = 12.0


def read_broker_memory(settings: Settings) -> float | None:
    """The most that the broker has had allocated since its start, in MB; None when it does not tell."""
    heard: list[bytes] = []
    twice = threading.Event()
    client = make_client(settings, "")

    def note(payload: bytes) -> None:
        heard.append(payload)
        # The first is retained, and may be older than what is asked about.
        if len(heard) > 1:
            twice.set()

    client.on_message = lambda _, __, message: note(bytes(message.payload))
    connect_client(client, settings)
    client.loop_start()
    client.subscribe(MOST_MEMORY)
    twice.wait(INTERVAL_SECONDS)
    client.disconnect()
    client.loop_stop()
    return int(heard[-1]) / 1e6 if heard else None
